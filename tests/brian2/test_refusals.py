"""What cannot be simulated is refused where it was asked for, with the reason and the way out."""

import numpy as np
import pytest
from pyNN import errors

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 1.0, "v_rest": -65.0, "v_thresh": -55.0, "trial_duration": 20.0}


@pytest.fixture
def populations(sim):
    sim.setup(timestep=0.5)
    stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[1.0]), label="input")
    hidden = sim.Population(3, sim.LIF_SFDFA(**CELL), label="hidden")
    output = sim.Population(2, sim.LIF_SFDFA(targets=[[1.0, 2.0], [3.0, 4.0]], **CELL), label="output")
    return stimulus, hidden, output


@pytest.mark.parametrize(
    "settings, match",
    [
        ({"timestep": 0}, "timestep = 0 is not valid"),
        ({"seed": -1}, "seed = -1 is not valid"),
        ({"seed": 2**63}, "from 0 to 9223372036854775807"),
        ({"first_trial": 1.5}, "first_trial = 1.5 is not valid"),
        ({"target": "fortran"}, "choose one of 'cython', 'numpy'"),
    ],
)
def test_setup(sim, settings, match):
    with pytest.raises(ValueError, match=match):
        sim.setup(**settings)


def test_trial_duration_off_the_grid(sim):
    sim.setup(timestep=0.3)
    with pytest.raises(errors.InvalidParameterValueError, match="trial_duration = 20 ms is not a multiple.*20.1 ms"):
        sim.Population(1, sim.LIF_SFDFA(**CELL))


def test_trial_durations_within_a_population(sim):
    sim.setup(timestep=0.5)
    with pytest.raises(errors.InvalidParameterValueError, match="10 ms and 20 ms"):
        sim.Population(2, sim.LIF_SFDFA(**CELL | {"trial_duration": [10.0, 20.0]}))


def test_trial_durations_of_connected_populations(sim, populations):
    other = sim.Population(1, sim.LIF_SFDFA(**CELL | {"trial_duration": 10.0}), label="other")
    with pytest.raises(
        errors.ConnectionError, match="'hidden' and 'other' are connected, but have trial_duration = 20 ms and 10 ms"
    ):
        sim.Projection(populations[1], other, sim.AllToAllConnector(), sim.SFDFASynapse())


def test_a_timestep_that_is_coarse_for_tau_syn_is_reported(sim):
    sim.setup(timestep=4.0)
    with pytest.warns(UserWarning, match="coarser than tau_syn/4 = 2.5 ms.*late by 4 ms.*33%"):
        sim.Population(1, sim.LIF_SFDFA(**CELL))


def test_a_timestep_of_a_quarter_of_tau_syn_is_not(sim, recwarn):
    sim.setup(timestep=2.5)
    sim.Population(1, sim.LIF_SFDFA(**CELL))
    assert not [warning for warning in recwarn if "coarser" in str(warning.message)]


@pytest.mark.parametrize("delay", [0.2, 0.7])
def test_delays_off_the_grid(sim, populations, delay):
    with pytest.raises(errors.ConnectionError, match=f"delay of {delay} ms, which is not a multiple.*Choose .*0.5"):
        sim.Projection(populations[0], populations[1], sim.AllToAllConnector(), sim.SFDFASynapse(delay=delay))


def test_delays_of_a_projection_differ(sim, populations):
    delay = sim.RandomDistribution("uniform", (1.0, 5.0))
    with pytest.raises(errors.ConnectionError, match="synapses of a projection have one delay"):
        sim.Projection(populations[0], populations[1], sim.AllToAllConnector(), sim.SFDFASynapse(delay=delay))


def test_delays_out_of_bounds(sim):
    sim.setup(timestep=0.5, min_delay=1.0, max_delay=2.0)
    a, b = (sim.Population(1, sim.LIF_SFDFA(**CELL)) for _ in range(2))
    with pytest.raises(errors.ConnectionError, match="setup\\(\\) allows 1 to 2 ms"):
        sim.Projection(a, b, sim.AllToAllConnector(), sim.SFDFASynapse(delay=3.0))
    assert sim.Projection(a, b, sim.AllToAllConnector(), sim.SFDFASynapse()).get("delay", "list")[0][2] == 1.0


def test_the_delay_of_synapses_that_are_there(sim, populations):
    projection = sim.Projection(populations[0], populations[1], sim.AllToAllConnector(), sim.SFDFASynapse(delay=1.0))
    with pytest.raises(errors.InvalidParameterValueError, match="fixed at 1 ms"):
        projection.set(delay=2.0)
    with pytest.raises(errors.NonExistentParameterError, match="eligibility .*learning_rate, weight"):
        projection.set(eligibility=2.0)
    with pytest.raises(errors.NonExistentParameterError, match="eligibility"):
        projection.get("trace", format="list")


def test_weights_that_are_not_finite(sim, populations):
    with pytest.raises(errors.InvalidParameterValueError, match="weight = nan is not valid"):
        sim.Projection(
            populations[0], populations[1], sim.AllToAllConnector(), sim.SFDFASynapse(weight=np.full((2, 3), np.nan))
        )
    projection = sim.Projection(populations[0], populations[1], sim.AllToAllConnector(), sim.SFDFASynapse())
    with pytest.raises(errors.InvalidParameterValueError, match="learning_rate = -1"):
        projection.set(learning_rate=-1.0)


def test_two_spikes_in_one_step(sim):
    sim.setup(timestep=0.5)
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[1.0, 2.0], [1.0, 3.1, 3.2]]))
    source.record("spikes")
    sim.run(3.0)  # they lie after the end
    with pytest.raises(errors.InvalidParameterValueError, match="neuron 1 has spikes at 3.1 and 3.2 ms"):
        sim.run(1.0)
    assert sim.get_current_time() == 3.0
    source.set(spike_times=[[], [3.2]])
    sim.run(1.0)
    assert sum(source.get_spike_counts().values()) == 4


def test_running_past_the_last_target(sim, populations):
    with pytest.raises(ValueError, match="targets for 2 trials, but running to 60 ms completes 3"):
        sim.run(60.0)
    assert sim.get_current_time() == 0.0
    sim.run(59.5)
    with pytest.raises(ValueError, match="run to 40 ms at most"):
        sim.run(0.5)


def test_targets_for_some_neurons_only(sim):
    sim.setup(timestep=0.5)
    with pytest.raises(errors.InvalidParameterValueError, match="neuron 1 has no targets, others have up to 2"):
        sim.Population(2, sim.LIF_SFDFA(targets=[[1.0, 2.0], []], **CELL))


def test_feedback_in_the_wrong_place(sim, populations):
    stimulus, hidden, output = populations
    connector = sim.AllToAllConnector()
    with pytest.raises(errors.ConnectionError, match="not from 'input' \\(SpikeSourceArray\\)"):
        sim.Projection(stimulus, hidden, connector, sim.SFDFAFeedback())
    with pytest.raises(errors.ConnectionError, match="SFDFAFeedback does not go with receptor_type = 'input'"):
        sim.Projection(output, hidden, connector, sim.SFDFAFeedback(), receptor_type="input")
    with pytest.raises(errors.ConnectionError, match="SFDFASynapse does not go with receptor_type = 'error'"):
        sim.Projection(stimulus, hidden, connector, sim.SFDFASynapse(), receptor_type="error")
    with pytest.raises(errors.ConnectionError, match="TsodyksMarkramSynapse does not lead to LIF_SFDFA"):
        sim.Projection(stimulus, hidden, connector, sim.TsodyksMarkramSynapse())


def test_feedback_from_a_population_without_targets(sim, populations):
    _, hidden, _ = populations
    other = sim.Population(2, sim.LIF_SFDFA(**CELL), label="other")
    sim.Projection(hidden, other, sim.AllToAllConnector(), sim.SFDFAFeedback())
    with pytest.raises(ValueError, match="'hidden' has no targets"):
        sim.run(1.0)


def test_feedback_to_an_output_population(sim, populations):
    _, _, output = populations
    sim.Projection(output, output, sim.AllToAllConnector(), sim.SFDFAFeedback())
    with pytest.raises(ValueError, match="output and hidden population at once"):
        sim.run(1.0)


def test_nothing_to_learn_from(sim, populations):
    stimulus, hidden, _ = populations
    sim.Projection(stimulus, hidden, sim.AllToAllConnector(), sim.SFDFASynapse(learning_rate=0.1))
    with pytest.warns(UserWarning, match="onto population 'hidden' have a learning_rate but nothing to learn from"):
        sim.run(0.5)


def test_parameters_that_do_not_go_together(sim, populations):
    with pytest.raises(errors.InvalidParameterValueError, match="tau_m = 5 ms"):
        populations[1].set(tau_m=5.0)
    with pytest.raises(errors.InvalidParameterValueError, match="cannot be changed from 20 ms"):
        populations[1].set(trial_duration=10.0)
    assert populations[1].get("tau_m") == 20.0


def test_a_second_run_of_a_standalone_simulation(sim):
    import brian2

    sim.setup(timestep=0.5, standalone=True)
    try:
        neurons = sim.Population(1, sim.LIF_SFDFA(**CELL))
        sim.simulator.state.running = True
        with pytest.raises(RuntimeError, match="compiled for one run"):
            sim.run(1.0)
        with pytest.raises(RuntimeError, match="cannot return to t = 0"):
            sim.reset()
        assert neurons.size == 1
    finally:
        brian2.device.reinit()
        brian2.set_device("runtime")
        sim.setup()
