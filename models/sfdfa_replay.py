"""The replay: a trial walked backwards, from which every spike may have an error of its own."""

from pynn_sfdfa.models.description import Event, ReplayModel, StateVariable

SFDFA_REPLAY = ReplayModel(
    name="SFDFAReplay",
    description="Two sums for each neuron of a layer, while the spikes of a trial are taken back from its end on. Of "
    "the output layer they say how much later what arrives from a hidden spike is wanted; of the hidden layer, with "
    "these errors of its spikes, how weights change. Kept for a trial: its output spikes with their factors, once for "
    "each hidden population; the spikes of the hidden neurons, with theirs; and the arrivals of their inputs.",
    state=(
        StateVariable("S1", "ms/nA", "-S1/tau_syn", "0", "of the spikes to come; decays backwards in time"),
        StateVariable("S2", "ms/nA", "-S2/tau_m", "0", "the same, with the membrane time constant"),
    ),
    on_spike=Event(
        "spike",
        "error is that of this spike alone. S2 collects what its reset does to the spikes that follow.",
        ("gamma = f*(error + c/tau_m*S2)", "S1 += gamma", "S2 += gamma"),
    ),
    at_arrival=(
        ("change", "S1 - S2", "the gradient of a weight by which a spike arrives at this moment"),
        ("pull", "S1/tau_syn - S2/tau_m", "the error, for a unit of weight, of a spike that arrives at this moment"),
    ),
)
"""docs/algorithm.md, sections 4, 7 and 8."""
