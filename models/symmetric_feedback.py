"""Feedback by the weights of the forward synapses, which no synapse can know by itself: a yardstick."""

from pynn_sfdfa.models.description import Event, Parameter, SynapseModel

SYMMETRIC_FEEDBACK = SynapseModel(
    name="SymmetricFeedback",
    description="Feedback from an output neuron (pre) to a hidden neuron (post), with the weight of the synapse that "
    "leads from this hidden neuron to this output neuron.",
    receptor_type="error",
    parameters=(Parameter("weight", 0.0, "", "feedback weight of the last trial, in nA"),),
    presynaptic_state=(),
    state=(),
    readable=("weight",),
    on_presynaptic_spike=Event("presynaptic spike", "Spikes do not travel along feedback connections.", ()),
    on_postsynaptic_spike=Event("postsynaptic spike", "Nothing happens.", ()),
    on_errors=Event(
        "errors",
        "The hidden error gathers the output errors with the forward weights of this trial.",
        ("weight = forward_weight/nA", "projected_error_post += weight*error_pre"),
    ),
    on_trial_end=Event("trial end", "Nothing happens.", ()),
)
