"""Current sources: each parameter is obeyed whenever it is set, after a reset as before."""

import numpy as np
import pytest
from pyNN import errors

GIVEN = {
    "DCSource": {"amplitude": 0.5, "start": 3.0, "stop": 17.0},
    "ACSource": {"amplitude": 0.5, "start": 3.0, "stop": 17.0, "frequency": 90.0, "offset": 0.2, "phase": 30.0},
    "StepCurrentSource": {"times": [3.0, 6.0, 13.0], "amplitudes": [0.5, 0.0, 0.25]},
    "NoisyCurrentSource": {"mean": 0.5, "stdev": 0.2, "start": 3.0, "stop": 17.0, "dt": 0.5},
}
LATER = {
    "amplitude": 0.8, "start": 11.0, "stop": 14.0, "frequency": 50.0, "offset": 0.4, "phase": 80.0, "mean": 0.8,
    "stdev": 0.4, "dt": 1.0, "times": [4.0, 11.0, 14.0], "amplitudes": [0.4, 0.1, 0.3],
}  # fmt: skip


def expected(sim, name, values, times):
    """The current in nA at some times."""
    if name == "StepCurrentSource":
        steps = np.searchsorted(values["times"], times, side="right")
        return np.concatenate([[0.0], values["amplitudes"]])[steps]
    on = (times >= values["start"]) & (times < values["stop"])
    if name == "DCSource":
        return np.where(on, values["amplitude"], 0.0)
    angle = 2 * np.pi * (values["frequency"] * (times - values["start"]) / 1e3 + values["phase"] / 360)
    return np.where(on, values["offset"] + values["amplitude"] * np.sin(angle), 0.0)


CASES = [(name, parameter) for name, values in GIVEN.items() for parameter in values]


def injected(sim, change):
    """Return what sources inject in two runs of 10 ms, as they also say; each has its parameter changed before one."""
    sim.setup(timestep=0.5, seed=4)
    population = sim.Population(1 + len(CASES), sim.IF_curr_exp(tau_m=1e9, v_thresh=1e9))
    sources = [getattr(sim, name)(**GIVEN[name]) for name, _ in CASES]
    for i, source in enumerate(sources):
        source.record()
        population[1 + i : 2 + i].inject(source)
    population.record("v")
    for run in ("before", "between"):
        for source, (_, parameter) in zip(sources, CASES, strict=True) if run == change else ():
            source.set_parameters(**{parameter: LATER[parameter]})
        sim.run(10.0)
    v = np.array(population.get_data().segments[0].analogsignals[0])
    assert (v[:, 0] == v[0, 0]).all()
    currents = np.diff(v[:, 1:], axis=0).T / 0.5  # C = 1 nF and no leak
    for source, current in zip(sources, currents, strict=True):
        np.testing.assert_allclose(current, np.array(source.get_data())[: current.size].ravel(), atol=1e-6)
    return dict(zip(CASES, currents, strict=True))


@pytest.mark.slow
def test_every_parameter_is_obeyed_before_and_between_runs(sim):
    times = np.arange(40) * 0.5
    plain, before, between = (injected(sim, change) for change in (None, "before", "between"))
    for name, parameter in CASES:
        case = (name, parameter)
        if name == "NoisyCurrentSource":
            assert (before[case] != plain[case]).any() and (between[case][:20] == plain[case][:20]).all(), case
            assert (between[case][20:] != plain[case][20:]).any(), case
            continue
        later = GIVEN[name] | {parameter: LATER[parameter]}
        of_given, of_later = (expected(sim, name, values, times) for values in (GIVEN[name], later))
        np.testing.assert_allclose(before[case], of_later, atol=1e-6, err_msg=str(case))
        two = np.where(times < 10.0, of_given, of_later)
        np.testing.assert_allclose(between[case], two, atol=1e-6, err_msg=str(case))


def test_a_pulse_can_be_repeated_and_comes_again_after_a_reset(sim):
    sim.setup(timestep=0.5)
    population = sim.Population(1, sim.IF_curr_exp(tau_m=1e9, v_thresh=1e9))
    source = sim.DCSource(amplitude=1.0, start=1.0, stop=2.0)
    population.inject(source)
    population.record("v")
    sim.run(5.0)
    source.set_parameters(start=6.0, stop=7.0)
    sim.run(5.0)
    sim.reset()
    sim.run(10.0)
    first, second = (np.array(s.analogsignals[0])[-1, 0] for s in population.get_data().segments)
    assert (first, second) == pytest.approx((-63.0, -64.0))


def test_cells_that_are_added_get_the_present_current(sim):
    sim.setup(timestep=0.5)
    population = sim.Population(2, sim.IF_curr_exp(tau_m=1e9, v_thresh=1e9))
    source = sim.DCSource(amplitude=1.0, start=1.0)
    source.inject_into([population[0]])
    sim.run(5.0)
    source.inject_into(population[1:2])
    sim.run(5.0)
    assert (population.brian2_group.v[:] * 1e3).tolist() == pytest.approx([-56.0, -60.0])


def test_noise_changes_with_a_time_step_that_is_longer_than_the_default_interval(sim):
    sim.setup(timestep=1.0, seed=2)
    population = sim.Population(1, sim.IF_curr_exp())
    source = sim.NoisyCurrentSource(mean=0.5, stdev=0.1)
    source.record()
    population.inject(source)
    sim.run(10.0)
    assert len(np.unique(np.array(source.get_data()))) == 10
    with pytest.raises(errors.InvalidParameterValueError, match="dt = 1.5 ms.*multiple of the timestep of 1 ms"):
        source.dt = 1.5


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"times": [1.0, 2.0], "amplitudes": [1.0]}, "2 times and 1 amplitudes"),
        ({"times": [2.0, 1.0], "amplitudes": [1.0, 2.0]}, "in rising order"),
        ({"times": [-1.0], "amplitudes": [1.0]}, ">= 0 ms"),
        ({"times": [1.0], "amplitudes": [float("nan")]}, "finite numbers of nA"),
    ],
)
def test_steps_that_are_none(sim, values, match):
    sim.setup(timestep=1.0)
    with pytest.raises(errors.InvalidParameterValueError, match=match):
        sim.StepCurrentSource(**values)


def test_a_source_gives_the_reason_where_it_cannot_be_injected(sim):
    import quantities as pq

    sim.setup(timestep=1.0)
    source = sim.DCSource(amplitude=500.0 * pq.pA)
    assert source.amplitude == pytest.approx(0.5)
    with pytest.raises(TypeError, match="LIF_SFDFA is integrated exactly"):
        source.inject_into(sim.Population(2, sim.LIF_SFDFA()))
    with pytest.raises(ValueError, match="DCSource: amplitude = nan is not valid"):
        source.amplitude = float("nan")
