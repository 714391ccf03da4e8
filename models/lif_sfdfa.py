"""The neuron: leaky integrate-and-fire with exponential synaptic current, subtractive reset and graded spikes."""

from pynn_sfdfa.models.description import Carried, Event, NeuronModel, Parameter, StateVariable

LIF_SFDFA = NeuronModel(
    name="LIF_SFDFA",
    description="Leaky integrate-and-fire neuron with exponential synaptic current that learns with SFDFA.",
    parameters=(
        Parameter("tau_m", 260.0, "ms", "membrane time constant; larger than tau_syn", 0.0, exclusive=True),
        Parameter("tau_syn", 130.0, "ms", "decay time constant of the synaptic current", 0.0, exclusive=True),
        Parameter("cm", 10.0, "nF", "membrane capacitance", 0.0, exclusive=True),
        Parameter("v_rest", -70.0, "mV", "resting membrane potential"),
        Parameter("v_thresh", -50.0, "mV", "spike threshold; above v_rest"),
        Parameter("trial_duration", 200.0, "ms", "length of one trial (sample)", 0.0, exclusive=True),
        Parameter("rho", 0.0, "", "strength of the rate regularisation of a hidden neuron", 0.0),
        Parameter("r_target", 0.0, "", "spikes per trial that the rate regularisation aims at", 0.0),
        Parameter(
            "targets", (), "", "target spike count of each trial (output neurons); empty for hidden neurons", 0.0
        ),
    ),
    constants=(
        ("kappa", "ms/nF", "tau_m*tau_syn/(cm*(tau_m - tau_syn))"),
        ("c", "nA", "(v_thresh - v_rest)/kappa"),
    ),
    state=(
        StateVariable("v", "mV", "(v_rest - v)/tau_m + i_syn/cm", "v_rest", "membrane potential"),
        StateVariable("i_syn", "nA", "-i_syn/tau_syn", "0", "synaptic current; A of the closed form"),
        StateVariable("D", "", "", "0", "sum of weight (in nA) x grade since this neuron's last spike"),
        StateVariable("count", "", "", "0", "spikes in this trial"),
        StateVariable("directional", "", "", "0", "sum of the grades of this neuron's spikes in this trial"),
        StateVariable("grade", "", "", "0", "grade carried by the latest spike"),
        StateVariable("perturbation", "", "", "N(0, 1) for hidden neurons, 0 for output neurons", "drawn once a trial"),
        StateVariable("projected_error", "", "", "0", "output errors gathered by feedback at the end of a trial"),
    ),
    threshold="v >= v_thresh",
    receptor_types=("input", "error"),
    recordable=("spikes", "v", "i_syn"),
    carried=(Carried("arriving_grade", "grade", "", "grade of the arriving spike"),),
    on_input_spike=Event(
        "input spike",
        "The current jumps by the weight; the directional derivative is carried along by the grade of the spike.",
        ("i_syn += weight", "D += weight/nA*arriving_grade"),
    ),
    on_spike=Event(
        "spike",
        "Subtractive reset (the current is not reset); the spike carries D, on the first spike plus the perturbation.",
        (
            "v -= v_thresh - v_rest",
            "grade = D + perturbation*int(count == 0)",
            "directional += grade",
            "D = 0",
            "count += 1",
        ),
    ),
    on_trial_end=Event(
        "trial end",
        "After learning, the neuron starts the next trial at rest with a fresh perturbation.",
        ("v = v_rest", "i_syn = 0", "D = 0", "count = 0", "directional = 0", "grade = 0", "projected_error = 0"),
    ),
    output_error="target - count",
    hidden_error="projected_error + rho*(r_target - count)",
)
"""docs/algorithm.md, sections 1 and 5; Bacho & Chu, arXiv:2403.08804."""
