"""What can be wired and run, and what is refused with a reason."""

import warnings

import numpy as np
import pytest
from pyNN.standardmodels.synapses import TsodyksMarkramSynapse

import pynn_sfdfa.event as sim
from pynn_sfdfa.event.neurons import MOST_SPIKES

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 100.0}


@pytest.fixture(autouse=True)
def fresh():
    sim.setup()


def cells(label, n=2, **parameters):
    return sim.Population(n, sim.LIF_SFDFA(**(CELL | parameters)), label=label)


def connect(pre, post, synapse=None, **options):
    return sim.Projection(pre, post, sim.AllToAllConnector(), synapse or sim.SFDFASynapse(weight=1.0), **options)


def trained(**parameters):
    stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0], [6.0]]))
    population = cells("trained", **parameters)
    connect(stimulus, population, sim.SFDFASynapse(weight=3.0, learning_rate=1e-4))
    return population


def test_loops_without_delay_are_refused():
    a, b, c = cells("a"), cells("b"), cells("c")
    with pytest.raises(
        sim.errors.ConnectionError, match="closes a loop through population 'a' whose delays are all 0 ms"
    ):
        connect(a, a)
    connect(a, b)
    connect(b, c)
    with pytest.raises(sim.errors.ConnectionError, match="'c→a' closes a loop through population"):
        connect(c, a)
    with pytest.raises(sim.errors.ConnectionError, match="closes a loop"):
        connect(sim.Assembly(c, b), a[:1])
    sim.run(10.0)


def test_the_order_of_creation_need_not_be_the_order_of_signals():
    output, hidden = cells("output"), cells("hidden")
    stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0], [6.0]]))
    connect(hidden, output, sim.StaticSynapse(weight=8.0))
    connect(stimulus, hidden, sim.StaticSynapse(weight=8.0))
    output.record("spikes")
    sim.run(50.0)
    assert output.mean_spike_count() > 0


@pytest.mark.parametrize(
    ("synapse", "receptor_type", "message"),
    [
        ("SFDFAFeedback", "input", "SFDFAFeedback does not go with receptor_type = 'input'"),
        ("SFDFASynapse", "error", "SFDFASynapse does not go with receptor_type = 'error'"),
        ("StaticSynapse", "error", "StaticSynapse does not go with receptor_type = 'error'"),
        ("StaticSynapse", "excitatory", "receptor_types must be one of: 'input', 'error'"),
    ],
)
def test_receptor_types(synapse, receptor_type, message):
    with pytest.raises(sim.errors.ConnectionError, match=message):
        connect(cells("a"), cells("b"), getattr(sim, synapse)(weight=-1.0), receptor_type=receptor_type)


def test_the_receptor_type_follows_from_the_synapse_not_from_the_sign():
    a, b = cells("a"), cells("b")
    assert connect(a, b, sim.StaticSynapse(weight=-1.0)).receptor_type == "input"
    assert connect(b, a, sim.SFDFAFeedback(weight=1.0)).receptor_type == "error"


def test_what_cannot_be_connected():
    stimulus, a = sim.Population(2, sim.SpikeSourceArray()), cells("a")
    with pytest.raises(sim.errors.ConnectionError, match="SFDFAFeedback comes from an output population"):
        connect(stimulus, a, sim.SFDFAFeedback())
    with pytest.raises(sim.errors.ConnectionError, match="population 'sink' .*SpikeSourceArray.*receives no spikes"):
        connect(a, sim.Population(2, sim.SpikeSourceArray(), label="sink"))
    synapse = TsodyksMarkramSynapse(weight=1.0, delay=1.0)
    with pytest.raises(
        sim.errors.ConnectionError, match="TsodyksMarkramSynapse does not lead to LIF_SFDFA.*pynn_sfdfa.event"
    ):
        connect(stimulus, a, synapse)
    with pytest.raises(sim.errors.ConnectionError, match="location_selector"):
        sim.Projection(stimulus, a, sim.AllToAllConnector(location_selector="dend"), sim.StaticSynapse())


def test_one_delay_for_a_projection():
    stimulus, a = sim.Population(2, sim.SpikeSourceArray()), cells("a")
    with pytest.raises(
        sim.errors.ConnectionError,
        match="has delays from 1 to 2 ms.*Use one projection for each delay; pynn_sfdfa.brian2",
    ):
        connect(stimulus, a, sim.StaticSynapse(weight=1.0, delay=np.array([[1.0, 1.0], [1.0, 2.0]])))


def test_bounds_on_delays():
    assert (sim.get_min_delay(), sim.get_max_delay()) == (0.1, np.inf)
    sim.setup(timestep=0.1, min_delay=0.5, max_delay=5.0)
    assert (sim.get_min_delay(), sim.get_max_delay(), sim.get_time_step()) == (0.5, 5.0, 0.1)
    stimulus, a = sim.Population(2, sim.SpikeSourceArray()), cells("a")
    assert connect(stimulus, a).delay == 0.5
    with pytest.raises(sim.errors.ConnectionError, match="has a delay of 6 ms; setup.* allows 0.5 to 5 ms"):
        connect(stimulus, a, sim.StaticSynapse(delay=6.0))


def test_connected_populations_share_one_trial_duration():
    a, b = cells("a"), cells("b", trial_duration=50.0)
    sim.run(10.0)  # not connected: each has its own trials
    with pytest.raises(
        sim.errors.ConnectionError, match="'a' and 'b' are connected, but have trial_duration = 100 ms and 50 ms"
    ):
        connect(a, b)


def test_separate_networks_have_their_own_trials():
    slow, fast = cells("slow"), cells("fast", trial_duration=30.0)
    for population in (slow, fast):
        population.initialize(v=-60.0)
    sim.run(40.0)
    assert fast.present_state()["v"].tolist() == [-65.0, -65.0]
    assert (slow.present_state()["v"] > -65.0).all()


def test_targets_must_last():
    trained(targets=[sim.Sequence([1.0, 2.0, 3.0]), sim.Sequence([1.0, 2.0])])
    with pytest.raises(ValueError, match="'trained' has targets for 2 trials, but running to 300 ms completes 3"):
        sim.run(300.0)
    assert sim.get_current_time() == 0.0
    sim.run(250.0)
    with pytest.raises(ValueError, match="run to 200 ms at most"):
        sim.run(50.0)


def test_one_sequence_of_targets_serves_all_neurons():
    population = trained(targets=sim.Sequence([1.0, 2.0]))
    sim.run(200.0)
    assert population.dynamics.targets.tolist() == [[1.0, 2.0]] * 2


def test_feedback_needs_targets_at_its_source():
    hidden, output = trained(), cells("output")
    connect(hidden, output)
    connect(output, hidden, sim.SFDFAFeedback())
    with pytest.raises(ValueError, match="Feedback from population 'output' to 'trained' carries no error"):
        sim.run(10.0)
    output.set(targets=[[1.0], [2.0]])
    sim.run(10.0)


def test_a_population_is_output_or_hidden():
    hidden, output = trained(targets=[1.0]), cells("output", targets=[1.0])
    connect(hidden, output)
    connect(output, hidden, sim.SFDFAFeedback())
    with pytest.raises(ValueError, match="'trained' has targets and feedback"):
        sim.run(10.0)


def test_learning_from_nothing_is_a_warning():
    trained()
    with pytest.warns(UserWarning, match="onto population 'trained' have a learning_rate but nothing to learn from"):
        sim.run(10.0)


def test_learning_from_the_rate_alone_is_possible():
    population = trained(rho=1.0, r_target=20.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sim.run(100.0)
    weights = population.incoming[0].projection.get("weight", format="array")
    assert (weights > 3.0).all()  # more spikes are wanted: excitatory causes grow


def test_a_neuron_that_runs_away_is_an_error():
    population = cells("wild")
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    connect(stimulus, population, sim.StaticSynapse(weight=np.array([[1.0, 1e6]])))
    with pytest.raises(
        RuntimeError, match=rf"Neuron 1 of population 'wild' spiked more than {MOST_SPIKES} times.*v_thresh"
    ):
        sim.run(10.0)
    with pytest.raises(RuntimeError, match=r"An earlier run did not finish. Call reset\(\)"):
        sim.run(10.0)
    sim.reset()
    population.set(v_thresh=1e6)
    sim.run(10.0)


def test_spikes_in_flight_at_a_trial_end_are_dropped():
    stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[95.0]))
    population = cells("late")
    connect(stimulus, population, sim.StaticSynapse(weight=1.0, delay=10.0))
    sim.run(110.0)
    assert population.present_state()["i_syn"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timestep": 0.0}, "timestep = 0.0 is not valid"),
        ({"seed": -1}, "seed = -1 is not valid; it must be an integer from 0 to"),
        ({"seed": 1.5}, "seed = 1.5 is not valid"),
    ],
)
def test_setup_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        sim.setup(**options)


def test_time():
    cells("a")
    assert sim.run(12.5) == 12.5
    assert sim.run_for(2.5) == sim.get_current_time() == 15.0
    with pytest.raises(ValueError, match="in the past"):
        sim.run_until(10.0)
    seen = []

    def look(t):
        seen.append(t)
        return t + 5.0

    sim.run_until(30.0, callbacks=[look])
    assert seen == [15.0, 20.0, 25.0, 30.0]
    sim.reset()
    assert sim.get_current_time() == 0.0
    assert (sim.rank(), sim.num_processes()) == (0, 1)
