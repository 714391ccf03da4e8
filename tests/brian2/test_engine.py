"""Training on Brian2 through the Trainer: the same as on the exact simulator, up to the time step."""

from dataclasses import dataclass

import numpy as np
import pytest

import pynn_sfdfa.event as event
from pynn_sfdfa.encoding import EncodedWhenShown, PoissonGrid
from pynn_sfdfa.encoding.spikes import SpikeTrains, presented
from pynn_sfdfa.network.feed_forward import FeedForward
from pynn_sfdfa.rules import DFA, HM2BP, SFDFA, Combination
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.macro import Macro
from pynn_sfdfa.training.boosting import Boosting
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.gradients import cosine
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.optimizers import SGD, Adam
from pynn_sfdfa.training.optimizers.decay import Decay
from pynn_sfdfa.training.regularisation import WeightRegularisation
from pynn_sfdfa.training.trainer import Trainer, checkpoint

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}


@dataclass(frozen=True)
class OutputOnly(Direct):
    """Teaches the output layer alone, which no synapse inside a simulation knows of."""

    name = "output-only"

    def assign(self, trials, feedback, regularisation):
        trials.neuron_errors(trials.n_layers - 1, trials.output_error)


@dataclass(frozen=True)
class Signs(Feedback):
    """Feedback of one's own that stays as it is."""

    name = "signs"

    def initial(self, sizes, seed):
        rng = np.random.default_rng(seed)
        return [rng.choice([-1.0, 1.0], (sizes[-1], n)).astype(np.float32) for n in sizes[:-1]]


@pytest.fixture(scope="module")
def trains():
    """Two classes: early spikes of one half of the inputs or of the other."""
    generator = np.random.default_rng(0)
    samples, labels = [], np.arange(24) % 2
    for label in labels:
        units = np.arange(6) + 6 * label
        samples.append((generator.integers(0, 12, 6).astype(np.float32), units.astype(np.int32)))
    return SpikeTrains.from_samples(samples, labels, 12)


def network(**parameters):
    return FeedForward(
        [12, 8, 2],
        hidden=CELL | {"v_thresh": -68.0},
        output=CELL | {"v_thresh": -67.0},
        weights=(-0.4, 1.4),
        seed=2,
        **parameters,
    )


def trainer(sim, rule=None, rate=1e-4, **settings):
    rule = rule or SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=0.05)
    return Trainer(network(), sim, rule=rule, optimizer=SGD(rate), batch_size=1, seed=3, **settings)


def test_an_epoch_as_on_the_exact_simulator(sim, trains, tmp_path):
    sim.setup(timestep=0.25)
    ours, exact = trainer(sim, folder=tmp_path), trainer(event)
    initial = [w.copy() for w in ours.network.weights]
    record, expected = (t.fit(trains, epochs=1).records[0] for t in (ours, exact))
    for found, right, start in zip(ours.network.weights, exact.network.weights, initial, strict=True):
        change = right - start
        assert abs(change).max() > 0.005
        assert abs(found - right).max() < 0.1 * abs(change).max()
    found, right = ours.network.feedback[0], exact.network.feedback[0]
    assert abs(found - right).max() < 0.01 * abs(right).max()
    assert record.train_accuracy == expected.train_accuracy
    np.testing.assert_allclose(record.spikes_per_sample, expected.spikes_per_sample, rtol=0.05)

    # The event simulator goes on from the checkpoint, and Brian2 from one of the event simulator.
    saved = checkpoint.load(tmp_path / "last.safetensors")
    exact.load(saved)
    for found, right in zip(exact.network.weights, ours.network.weights, strict=True):
        np.testing.assert_array_equal(found, right)
    checkpoint.save(tmp_path / "event.safetensors", exact._engine.state(), {})
    ours.load(checkpoint.load(tmp_path / "event.safetensors"))
    answer, exact_answer = ours.evaluate(trains), exact.evaluate(trains)
    assert answer.accuracy == exact_answer.accuracy
    assert abs(answer.counts - exact_answer.counts).max() <= 1


@pytest.mark.slow
def test_samples_drawn_anew_are_shown_as_in_each_epoch(sim):
    """It makes no difference whether an engine is given samples or the spikes that they have in the epoch."""
    sim.setup(timestep=1.0)
    encoder = PoissonGrid(p_max=0.4, duration=13.0, maximum=1.0, redraw=True)
    samples = EncodedWhenShown(encoder, np.random.default_rng(4).random((6, 12)), np.arange(6) % 2)
    order, states = np.array([4, 1, 0, 5, 2, 3]), []
    for epoch, shown in ((2, samples), (2, presented(samples, np.arange(6), 2)), (3, samples)):
        ours = sim.training_engine(*settings(), 1, 3)
        list(ours.train(shown, order, 6, epoch))
        states.append(ours.weights()[0])
    np.testing.assert_array_equal(states[0], states[1])
    assert abs(states[2] - states[0]).max() > 1e-4
    responses = [ours.respond(shown).counts for shown in (samples, presented(samples, np.arange(6)))]
    np.testing.assert_array_equal(*responses)
    assert responses[0].any()


@pytest.mark.slow
def test_stretches_of_trials_do_not_change_the_result(sim, trains, monkeypatch):
    from pynn_sfdfa.training import simulation_engine

    sim.setup(timestep=1.0)
    results = []
    for stretch in (24, 10):
        monkeypatch.setattr(simulation_engine, "_STRETCH", stretch)
        ours = sim.training_engine(*settings(), 1, 3)
        items = list(ours.train(trains, np.arange(24), 0))
        assert [item.samples for item in items] == ([24] if stretch == 24 else [10, 10, 4])
        results.append(ours.state())
    for name, array in results[0].items():
        np.testing.assert_allclose(array, results[1][name], rtol=1e-5, atol=1e-6)
    assert results[0]["optimizer.step"] == [24]


def settings():
    from pynn_sfdfa.training.losses import SpikeCount

    return network(), SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=0.05), SGD(1e-4), SpikeCount()


def test_learning_rates_that_decay_and_reports_within_a_stretch(sim, trains):
    sim.setup(timestep=1.0)
    net, rule, _, loss = settings()
    results, reports = [], []
    for optimizer in (SGD(4e-4, decay=Decay("linear", epochs=3, final=0.5)), SGD(3e-4)):
        ours = sim.training_engine(net, rule, optimizer, loss, 1, 3)
        list(ours.train(trains, np.arange(4), 0, epoch=2, report=reports.append))
        results.append(ours.weights())
    for found, right in zip(*results, strict=True):
        np.testing.assert_array_equal(found, right)
    assert reports[0] == 0
    assert reports[-1] == 4


def test_feedback_of_ones_own_teaches_alike_on_both_simulators(sim, trains):
    rule, changes = Combination(feedback=Signs(), rho=0.1, r_target=0.5), []
    for simulator in (sim, event):
        if simulator is sim:
            sim.setup(timestep=0.1)
        ours = Trainer(network(), simulator, rule=rule, optimizer=SGD(2e-4), batch_size=1, seed=3)
        ours.fit(trains.select(np.arange(8)))
        assert abs(ours.network.feedback[0]).min() == 1.0
        changes.append([after - before for after, before in zip(ours.network.weights, network().weights, strict=True)])
    for stepped, exact in zip(*changes, strict=True):
        assert cosine(stepped, exact) > 0.98


@pytest.mark.parametrize("delay", [0.0, 1.0])
def test_timed_feedback_teaches_as_on_the_exact_simulator(sim, trains, delay):
    """It is followed along the delays; rate regularisation is learned from beside it."""
    changes = {}
    for simulator, timed in ((event, False), (event, True), (sim, True)):
        if simulator is sim:
            sim.setup(timestep=0.125)
        rule = SFDFA(rho=0.1, r_target=0.5, feedback_learning_rate=0.05, timed=timed)
        ours = Trainer(network(delay=delay), simulator, rule=rule, optimizer=SGD(1e-4), batch_size=1, seed=3)
        ours._engine.load_state(ours._engine.state() | {"feedback.0": np.ascontiguousarray(network().weights[1].T)})
        ours.fit(trains.select(np.arange(3)))
        changes[simulator, timed] = ours.network.weights[0] - network().weights[0]
    right = changes[event, True]
    assert abs(changes[sim, True] - right).max() < 0.01 * abs(right).max()
    assert abs(changes[event, False] - right).max() > abs(right).max()


def test_dfa_keeps_its_feedback(sim, trains):
    sim.setup(timestep=1.0)
    ours = trainer(sim, DFA(rho=0.1, r_target=0.5))
    before = [f.copy() for f in ours._engine.feedback()]
    ours.fit(trains.select(np.arange(4)), epochs=1)
    assert before[0].any()
    np.testing.assert_array_equal(ours.network.feedback[0], before[0])
    assert (ours.network.weights[0] != network().weights[0]).any()


def test_held_out_samples_are_scored(sim, trains):
    sim.setup(timestep=1.0)
    ours, held_out = trainer(sim), trains.select(np.arange(12, 24))
    (record,) = ours.fit(trains.select(np.arange(12)), trains.select(np.arange(3)), validation=held_out).records
    assert record.validation_accuracy == ours.evaluate(held_out).accuracy


@pytest.mark.parametrize(
    "changes, match",
    [
        ({"batch_size": 20}, "batch_size = 20 is not possible inside Brian2: its synapses change at the end of each"),
        ({"optimizer": Adam()}, "The optimizer adam is not possible inside Brian2"),
        ({"threads": 2}, "threads = 2 is not possible"),
        (
            {"rule": SFDFA(feedback="layer-wise")},
            "rule sfdfa cannot run inside Brian2: 'layer-wise' .*needs feedback to each layer from the one above it.*"
            "Choose the simulator event; .*dfa, e-prop, sfdfa, superspike run there with default settings",
        ),
        (
            {"rule": SFDFA(bias_correction=True)},
            "'estimated' in it needs feedback weights that Python code changes after a batch of trials. Choose the sim",
        ),
        ({"rule": SFDFA(both_fired=True)}, "'estimated' in it needs feedback weights that Python code changes after"),
        (
            {"rule": Combination(OutputOnly())},
            "'output-only' in it needs errors that Python code computes from a batch of trials. Choose the simulator e",
        ),
        (
            {"loss": SpikeCount(5.0, 1.0, margin=1.0)},
            "The loss SpikeCount cannot be learned from inside Brian2: it needs output errors that are not target min",
        ),
        ({"rule": HM2BP()}, "rule hm2bp cannot run inside Brian2: 's-psp' in it needs local gradients from potentials"),
        (
            {"rule": Combination(Macro())},
            "rule combination cannot run inside Brian2: 'macro' in it needs the forward weights on the way back",
        ),
        (
            {"regularisation": WeightRegularisation()},
            "WeightRegularisation is not possible inside Brian2: it needs gradients to which Python code adds.*"
            "Choose the simulator event; it can be left out",
        ),
        (
            {"boosting": Boosting()},
            "Boosting is not possible inside Brian2: it needs errors that count more in some tria",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_with_the_reason(sim, changes, match):
    arguments = {"rule": SFDFA(), "optimizer": SGD(), "batch_size": 1} | changes
    with pytest.raises(ValueError, match=match):
        Trainer(network(), sim, **arguments)


def test_what_is_not_learned_from_is_no_obstacle_to_evaluation(sim, trains):
    sim.setup(timestep=1.0)
    few, loss = trains.select(np.arange(2)), SpikeCount(5.0, 1.0, margin=1.0)
    found = Evaluator(network(), sim, loss=loss).evaluate(few)
    assert found.loss == loss.loss(loss.error(found.counts, few.labels)) / 2
    with pytest.raises(ValueError, match="threads = 2 is not possible: Brian2 runs in one thread"):
        Evaluator(network(), sim, threads=2)


def test_states_that_do_not_fit(sim):
    ours = sim.training_engine(*settings(), 1, 3)
    state = ours.state()
    with pytest.raises(ValueError, match="There is no weights.0"):
        ours.load_state({"optimizer.step": state["optimizer.step"]})
    with pytest.raises(ValueError, match="this network needs float32 \\(12, 8\\)"):
        ours.load_state(state | {"weights.0": np.zeros((3, 8), np.float32)})


def test_labels_without_an_output_neuron(sim, trains):
    ours = sim.training_engine(*settings(), 1, 3)
    wrong = SpikeTrains(trains.times, trains.units, trains.offsets, trains.labels + 5, 12)
    with pytest.raises(ValueError, match="Label 6 has no output neuron; the network has 2"):
        next(ours.train(wrong, np.arange(2), 0))
