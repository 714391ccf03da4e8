"""`pynn-sfdfa spinnaker doctor EXPERIMENT`: whether it can learn on the cores, and what it takes of them."""

import pytest
from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.hardware.capacity import DTCM
from pynn_sfdfa.hardware.cores import cores_needed, layers_on_cores

LOOPS = "network.hidden.recurrent={delay = 1.0, p_connect = 0.5, weights = [-0.1, 0.1], seed = 0}"
TERMS = "regularisation={strength = 1.0, beta = 0.04, scale = 8.0}"


def doctor(*words):
    return CliRunner().invoke(main, ["spinnaker", "doctor", *words])


def test_an_experiment_that_fits():
    done = doctor("digits-online")
    assert done.exit_code == 0, done.output
    assert "Layer 1: 2 cores of 64 neurons; DTCM 27,440 of 55,296 bytes" in done.output
    assert "3 cores, and 1 of the input: one board, which has 767.\ntime_scale_factor = 1." in done.output
    assert "Energy: 7.2 mJ a trial (estimate" in done.output
    assert "A core can learn with transport: direct, timed." in done.output
    assert done.output.endswith("digits-online can learn on the cores.\n")


def test_timed_feedback_takes_more_and_more_neurons_a_slower_clock():
    done = doctor("digits-online", "--set", "rules.sfdfa.timed=true")
    assert done.exit_code == 0 and "Layer 1: 2 cores of 64 neurons; DTCM 32,696" in done.output
    done = doctor("digits-online", "--neurons-per-core", "100")
    assert "1 cores of 100 neurons" in done.output and "time_scale_factor = 2." in done.output


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        (
            ("digits-conv",),
            (
                "'through-spike-times' in it needs the forward weights",
                "batch_size = 20",
                "adam keeps state",
                "needs neurons that see a part of the layer below, and weights that several synapses share.",
                "max_spikes = 20: a core keeps 30",
            ),
        ),
        (("digits-online", "--timestep", "0.7"), ("A trial of 40 ms is no multiple of the timestep of 0.7 ms",)),
        (
            ("digits-online", "--neurons-per-core", "256", "--set", "network.hidden_sizes=[256]"),
            ("does not fit into DTCM",),
        ),
        (
            ("digits-online", "--set", "network.delay=14", "--set", "network.weights=[-20.0, 20.0]"),
            ("network.delay = 14 ms: a packet's key", "0 to 13 ms", "as large as 20 nA: cores hold less than 16 nA"),
        ),
        (("digits-online", "--set", "loss.margin=1.0"), ("The loss needs output errors that are not target minus",)),
        (
            ("digits-online", "--set", "network.delay=1.0", "--set", "network.hidden.inhibition=0.5"),
            ("Layer 'hidden 1' (Dense of LIF_SFDFA, (64,) to (100,)) needs inhibition among the neurons of a layer.",),
        ),
        (
            ("digits-online", "--set", LOOPS),
            ("Layer 'hidden 1' (Dense of LIF_SFDFA, (64,) to (100,)) needs synapses within a layer.",),
        ),
        (
            ("digits-online", "--set", TERMS, "--set", "boosting.gain=0.05", "--set", "metrics.gradient_alignment=10"),
            (
                "[regularisation] needs gradients to which Python code adds after a batch of trials; leave it out.",
                "[boosting] needs errors that count more in some trials than in others; leave it out.",
                "metrics.gradient_alignment needs gradients that change no weights; leave it out.",
            ),
        ),
        (
            ("digits-online", "--set", "training.threads=2", "--set", "training.shards=2"),
            ("training.threads = 2: the cores compute", "training.shards = 2: there are no batches to share out"),
        ),
    ],
)
def test_what_cannot_learn_there_is_told_with_every_reason(words, reasons):
    done = doctor(*words)
    assert done.exit_code == 1
    assert "cannot learn on the cores like this:" in done.output
    for reason in reasons:
        assert reason in done.output


def test_a_network_larger_than_a_board_is_told_how_many_it_takes():
    done = doctor("digits-online", "--neurons-per-core", "1", "--set", "network.hidden_sizes=[800]")
    assert done.exit_code == 0, done.output
    assert "810 cores, and 1 of the input: 2 boards or more, of 767 cores each. spalloc:SERVER gives" in done.output


def test_no_layout_takes_fewer_cores_than_are_needed():
    """The two counts go by the same memory; here each layer has as many neurons on a core, there as many as fit."""
    sizes, fits = [64, 300, 200, 10], []
    for per_core in range(20, 257):
        layers = layers_on_cores(sizes, 40, per_core=per_core)
        if max(layer.dtcm for layer in layers) <= DTCM:
            fits.append(1 + sum(layer.cores for layer in layers))
    assert cores_needed(sizes, 40) <= min(fits) <= cores_needed(sizes, 40) + 1
