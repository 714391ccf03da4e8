"""Synapses that learn from potentials: the eligibility of e-prop and SuperSpike, in place of moved spike times."""

from pynn_sfdfa.models.description import Event, Parameter, StateVariable, SynapseModel
from pynn_sfdfa.models.sfdfa_synapse import SFDFA_SYNAPSE

DERIVATIVES = {
    "triangle": "2*slope*(1 - slope*abs(x))*int(slope*abs(x) < 1)",
    "fast-sigmoid": "slope/(1 + slope*abs(x))**2",
}
"""What stands for the derivative of a spike by the potential, x of the way from threshold to rest away from threshold.

Below threshold each integrates to 1 over all x. That of e-prop is the triangle, that of SuperSpike the derivative of a
fast sigmoid; a factor that their authors have beside it is one of the learning rate.
"""


def _with(derivative: str) -> SynapseModel:
    return SynapseModel(
        name="SurrogateSynapse",
        description="Plastic synapse whose eligibility is what it adds to the potential, weighed at every moment by "
        "how close the potential is to threshold. Resets are left out: no spike changes what a later one is worth.",
        receptor_type="input",
        parameters=(
            *SFDFA_SYNAPSE.parameters,
            Parameter(
                "slope",
                1.0,
                "",
                "how steeply learning fades with the distance from threshold, which is 1 at rest",
                0.0,
                exclusive=True,
            ),
        ),
        presynaptic_state=SFDFA_SYNAPSE.presynaptic_state,
        state=(
            StateVariable(
                "E",
                "ms/nA",
                "-psi*kappa_post*(TB - TA)",
                "0",
                "summed movement of the spike times per unit of weight, as the surrogate has it",
                label="eligibility",
            ),
        ),
        abbreviations=(
            ("x", "", "(v_post - v_thresh_post)/(v_thresh_post - v_rest_post)"),
            ("psi", "1/mV", f"{derivative}/(v_thresh_post - v_rest_post)"),
        ),
        readable=SFDFA_SYNAPSE.readable[:-1] + ("slope", "eligibility"),
        on_presynaptic_spike=SFDFA_SYNAPSE.on_presynaptic_spike,
        on_postsynaptic_spike=Event("postsynaptic spike", "Nothing happens.", ()),
        on_errors=SFDFA_SYNAPSE.on_errors,
        on_trial_end=Event(
            "trial end",
            "Gradient descent, then the next trial starts with empty traces.",
            ("weight -= learning_rate*error_post*E", "E = 0", "TA = 0", "TB = 0"),
        ),
    )


SURROGATE_SYNAPSES = {name: _with(derivative) for name, derivative in DERIVATIVES.items()}
"""One for each derivative (docs/surrogates.md).

Bellec et al., Nature Communications 11:3625 (2020); Zenke & Ganguli, Neural Computation 30:1514 (2018).
"""
