"""The feedback synapse: carries output errors to hidden neurons and estimates its weight forward."""

from pynn_sfdfa.models.description import Event, Parameter, SynapseModel

SFDFA_FEEDBACK = SynapseModel(
    name="SFDFAFeedback",
    description="Feedback weight from an output neuron (pre) to a hidden neuron (post), used at trial ends only.",
    receptor_type="error",
    parameters=(
        Parameter("weight", 0.0, "", "feedback weight Bfb; any sign"),
        Parameter("learning_rate", 0.0, "", "eta_B of the forward estimate; 0 for fixed feedback (DFA)", 0.0),
    ),
    presynaptic_state=(),
    state=(),
    readable=("weight", "learning_rate"),
    on_presynaptic_spike=Event("presynaptic spike", "Spikes do not travel along feedback connections.", ()),
    on_postsynaptic_spike=Event("postsynaptic spike", "Nothing happens.", ()),
    on_errors=Event(
        "errors",
        "The hidden error gathers the output errors with the weights of this trial.",
        ("projected_error_post += weight*error_pre",),
    ),
    on_trial_end=Event(
        "trial end",
        "The weights of hidden neurons that fired move towards the correlation of perturbation and directional "
        "derivative.",
        ("weight += learning_rate*(perturbation_post*directional_pre - weight)*int(count_post > 0)",),
    ),
)
"""docs/algorithm.md, section 5; Bacho & Chu, arXiv:2403.08804."""
