"""The forward synapse: presynaptic traces and the eligibility of each synapse."""

from pynn_sfdfa.models.description import Event, Parameter, StateVariable, SynapseModel

SPIKE_FACTOR = (
    "drive = i_syn_post*(tau_m_post - tau_syn_post)/tau_syn_post - c_post*exact_post",
    "f = tau_m_post/drive",
)
"""f of a spike, with the values just before the reset; 0 where the drive is not positive."""

SFDFA_SYNAPSE = SynapseModel(
    name="SFDFASynapse",
    description="Plastic synapse whose weight changes at the end of a trial by the error times the eligibility.",
    receptor_type="input",
    parameters=(
        Parameter("weight", 0.0, "nA", "jump of the synaptic current; any sign"),
        Parameter("delay", 0.0, "ms", "time from the spike to its arrival; one value for a projection", 0.0),
        Parameter("learning_rate", 0.0, "nA^2/ms", "eta of plain gradient descent; 0 for a fixed weight", 0.0),
    ),
    presynaptic_state=(
        StateVariable("TA", "", "-TA/tau_syn_post", "0", "presynaptic trace with the synaptic time constant"),
        StateVariable("TB", "", "-TB/tau_m_post", "0", "presynaptic trace with the membrane time constant"),
    ),
    state=(
        StateVariable("R", "", "-R/tau_m_post", "0", "how this neuron's own earlier resets moved"),
        StateVariable(
            "E", "ms/nA", "", "0", "summed movement of the spike times per unit of weight", label="eligibility"
        ),
    ),
    readable=("weight", "delay", "learning_rate", "eligibility"),
    on_presynaptic_spike=Event("presynaptic spike", "Both traces jump by one on arrival.", ("TA += 1", "TB += 1")),
    on_postsynaptic_spike=Event(
        "postsynaptic spike",
        "With the values just before the reset. f is 1/(dB/dt - dA/dt) at threshold in the exact form, "
        "tau_m/(A (tau_m - tau_syn)/tau_syn - c); the bounded form leaves c out of the denominator and so stays "
        "finite when v only grazes the threshold. Where the drive is not positive v was not rising: the neuron was "
        "set above threshold, its spike time depends on no weight, and f is 0.",
        (
            *SPIKE_FACTOR,
            "dt_spike = f*(TA - TB + R)",
            "E += dt_spike",
            "R += c_post/tau_m_post*dt_spike",
        ),
        divisors=(("drive", "nA"),),
    ),
    on_errors=Event("errors", "Nothing happens.", ()),
    on_trial_end=Event(
        "trial end",
        "Gradient descent, then the next trial starts with empty traces.",
        ("weight -= learning_rate*error_post*E", "E = 0", "R = 0", "TA = 0", "TB = 0"),
    ),
)
"""docs/algorithm.md, sections 2, 3 and 5; Bacho & Chu, arXiv:2403.08804."""
