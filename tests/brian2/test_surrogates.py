"""Surrogate eligibilities and symmetric feedback on Brian2: held to NumPy at the same time step, and learning."""

import numpy as np
import pytest
from plain_surrogates import PlainNetwork
from pyNN import errors

from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.network.feed_forward import FeedForward
from pynn_sfdfa.rules import SFDFA, Combination, EProp, SuperSpike
from pynn_sfdfa.rules.parts.estimated import Estimated
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.surrogate import Surrogate
from pynn_sfdfa.rules.parts.symmetric import Symmetric
from pynn_sfdfa.rules.parts.timed import Timed
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import SGD
from pynn_sfdfa.training.trainer import Trainer

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}
HIDDEN, OUTPUT = CELL | {"v_thresh": -68.0}, CELL | {"v_thresh": -67.0}
DT = 0.5


@pytest.fixture(scope="module")
def trains():
    """Two classes: early spikes of one half of the inputs or of the other."""
    generator = np.random.default_rng(0)
    samples, labels = [], np.arange(12) % 2
    for label in labels:
        samples.append((generator.integers(0, 12, 6).astype(np.float32), np.arange(6) + 6 * label))
    return SpikeTrains.from_samples(samples, labels, 12)


def network(sizes=(12, 8, 2)):
    return FeedForward(sizes, hidden=HIDDEN, output=OUTPUT, weights=(-0.4, 1.4), seed=2)


@pytest.mark.parametrize(
    ("derivative", "slope", "feedback"),
    [("triangle", 1.0, "symmetric"), ("fast-sigmoid", 10.0, "random"), ("triangle", 2.5, "estimated")],
)
def test_trials_are_those_of_the_equations_in_numpy(sim, trains, derivative, slope, feedback):
    net, shown, rate = network(), trains.select(np.arange(3)), 1e-4
    if feedback == "random":
        net.feedback[0][...] = np.random.default_rng(1).uniform(-1, 1, net.feedback[0].shape)
    feedback_rate = 0.05 if feedback == "estimated" else 0.0
    targets = SpikeCount().targets(shown.labels, 2)
    sim.setup(timestep=DT, seed=7)
    wired = net.wire(
        sim, shown, targets=targets, learning_rate=rate, feedback_learning_rate=feedback_rate, rho=0.1, r_target=0.5,
        surrogate={"derivative": derivative, "slope": slope}, symmetric=feedback == "symmetric",
    )  # fmt: skip
    for population in wired.populations:
        population.record("spikes")
    wired.projections[0].record(["eligibility", "TA"], [(3, 1), (4, 4)])
    start = [p.get("weight", format="array") for p in wired.projections]
    sim.run(wired.duration)

    weights, back = [w.astype(float) for w in net.weights], net.feedback[0].astype(float)
    plain = PlainNetwork(
        [HIDDEN, OUTPUT],
        weights,
        back,
        DT,
        derivative,
        slope,
        rate,
        feedback == "symmetric",
        feedback_rate,
        0.1,
        0.5,
        7,
    )
    counts = []
    for k in range(3):
        sample = slice(*shown.offsets[k : k + 2])
        counts.append(plain.learn(shown.times[sample], shown.units[sample], targets[k]))
    for layer, projection in enumerate(wired.projections):
        found = projection.get("weight", format="array")
        assert abs(found - start[layer]).max() > 1e-3
        np.testing.assert_allclose(found, plain.weights[layer], rtol=1e-10, atol=1e-13)
        np.testing.assert_array_equal(wired.counts(wired.populations[layer]), [count[layer] for count in counts])
    np.testing.assert_allclose(wired.feedback[0].get("weight", format="array"), plain.feedback, rtol=1e-9, atol=1e-12)
    recorded, TA = wired.projections[0].get_data().segments[0].analogsignals
    last = np.array([[E[0][3, 1], E[0][4, 4]] for E in plain.eligibilities])
    assert abs(last[-1]).min() > 0
    np.testing.assert_allclose(np.array(recorded)[-79:], last[:-1], rtol=1e-9, atol=1e-12)  # a sample precedes its step
    assert np.array(TA).max() > 0.5


@pytest.mark.slow
def test_a_small_task_is_learned_and_symmetric_feedback_follows(sim, trains):
    sim.setup(timestep=4.0)
    rule = EProp(rho=0.1, r_target=0.5)
    ours = Trainer(network(), sim, rule=rule, optimizer=SGD(1e-4), batch_size=1, seed=3)
    before = ours.evaluate(trains)
    ours.fit(trains, epochs=3)
    after = ours.evaluate(trains)
    assert before.accuracy < 0.8 and after.accuracy == 1.0
    assert after.loss < 0.5 * before.loss
    learned, back = ours.network.weights[1], ours.network.feedback[0].T
    assert abs(back - learned).max() < 0.1 * abs(learned - network().weights[1]).max()


def test_symmetric_feedback_is_that_of_the_forward_weights(sim, trains):
    """In a trial it makes no difference to feedback that was given these weights; hidden synapses are SFDFA's own."""
    one, changes = trains.select(np.arange(1)), []
    targets = SpikeCount().targets(one.labels, 2)
    for symmetric in (True, False):
        sim.setup(timestep=1.0)
        net = network()
        net.feedback[0][...] = 0.0 if symmetric else net.weights[1].T
        wired = net.wire(sim, one, targets=targets, learning_rate=1e-4, symmetric=symmetric)
        sim.run(wired.duration)
        changes.append(wired.projections[0].get("weight", format="array") - net.weights[0])
    assert abs(changes[0]).max() > 1e-3
    np.testing.assert_allclose(*changes, rtol=1e-12, atol=1e-15)


def test_the_rules_are_the_parts_of_their_names():
    assert EProp().parts.local_gradient == Surrogate("triangle", 1.0)
    assert SuperSpike(slope=5.0).parts.local_gradient == Surrogate("fast-sigmoid", 5.0)
    assert EProp().parts.feedback == Symmetric() and SuperSpike(feedback=Estimated(0.1)).parts.feedback.rate == 0.1


@pytest.mark.parametrize(
    ("rule", "sizes", "match"),
    [
        (Combination(Timed(), Estimated(), Surrogate()), (12, 8, 2), "'timed' in it teaches when.*transport 'direct'"),
        (Combination(Timed(), Symmetric()), (12, 8, 2), "'symmetric' feedback in it.*the feedback 'estimated'"),
        (EProp(), (12, 8, 8, 2), "e-prop is not possible with 2 hidden layers.*'estimated' or 'fixed'"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(sim, rule, sizes, match):
    with pytest.raises(ValueError, match=match):
        Trainer(network(sizes), sim, rule=rule, optimizer=SGD(), batch_size=1)


def test_two_hidden_layers_with_feedback_of_their_own(sim, trains):
    sim.setup(timestep=2.0)
    rule = EProp(feedback=Fixed())
    ours = Trainer(network((12, 6, 5, 2)), sim, rule=rule, optimizer=SGD(1e-4), batch_size=1)
    before = [w.copy() for w in ours.network.weights]
    ours.fit(trains.select(np.arange(2)))
    assert all((w != old).any() for w, old in zip(ours.network.weights, before, strict=True))


def test_wirings_that_cannot_work_are_refused(sim):
    sim.setup(timestep=1.0)
    hidden = sim.Population(3, sim.LIF_SFDFA(**HIDDEN), label="hidden")
    output = sim.Population(2, sim.LIF_SFDFA(targets=[[1.0], [3.0]], **OUTPUT), label="output")
    to_all = sim.AllToAllConnector()
    with pytest.raises(errors.ConnectionError, match="from 'hidden' to 'output', and there is none. Create one before"):
        sim.Projection(output, hidden, to_all, sim.SymmetricFeedback())
    sim.Projection(hidden, output, sim.FromListConnector([(0, 0), (1, 1)]), sim.SurrogateSynapse(learning_rate=1e-4))
    with pytest.raises(errors.ConnectionError, match="from neuron 0 of 'output' to neuron 1 of 'hidden'.*there are 0"):
        sim.Projection(output, hidden, to_all, sim.SymmetricFeedback())
    back = sim.Projection(output, hidden, sim.FromListConnector([(0, 0), (1, 1)]), sim.SymmetricFeedback())
    with pytest.raises(errors.InvalidParameterValueError, match="are those of the synapses the other way"):
        back.set(weight=1.0)
    sim.Projection(hidden, output, to_all, sim.SurrogateSynapse())
    with pytest.raises(errors.ConnectionError, match="and there are 2"):
        sim.Projection(output, hidden, to_all, sim.SymmetricFeedback())
    for wrong, match in (
        ({"derivative": "boxcar"}, "choose one of 'triangle', 'fast-sigmoid'"),
        ({"slope": 0.0}, "> 0"),
    ):
        with pytest.raises(errors.InvalidParameterValueError, match=match):
            sim.SurrogateSynapse(**wrong)


def test_timed_feedback_to_surrogate_synapses_is_refused(sim):
    sim.setup(timestep=1.0)
    hidden = sim.Population(3, sim.LIF_SFDFA(**HIDDEN), label="hidden")
    output = sim.Population(2, sim.LIF_SFDFA(targets=[[1.0], [3.0]], **OUTPUT), label="output")
    stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[1.0]))
    sim.Projection(stimulus, hidden, sim.AllToAllConnector(), sim.SurrogateSynapse(learning_rate=1e-4))
    sim.Projection(hidden, output, sim.AllToAllConnector(), sim.SFDFASynapse(learning_rate=1e-4))
    sim.Projection(output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(timed=True))
    with pytest.raises(ValueError, match="learn from potentials. Leave timed out, or use SFDFASynapse"):
        sim.run(40.0)


@pytest.mark.parametrize("rule", [EProp(), SuperSpike(feedback=Fixed()), Combination(feedback=Symmetric())])
def test_the_other_simulators_refuse_by_name(rule):
    import pynn_sfdfa.event as event
    from pynn_sfdfa.common.simulators import lacking, offers, who_offers

    with pytest.raises(ValueError, match=f"The rule {rule.name} cannot run on event: .* Choose the simulator brian2"):
        Trainer(network(), event, rule=rule, optimizer=SGD(), batch_size=1)
    assert lacking(rule.needs, offers("spiNNaker")) and who_offers(rule.needs) == ["brian2"]
    assert SFDFA().needs <= offers("brian2")
    for name in ("SurrogateSynapse", "SymmetricFeedback"):
        with pytest.raises(AttributeError, match=f"pynn_sfdfa.event has no {name}.*{name} is in pynn_sfdfa.brian2"):
            getattr(event, name)
