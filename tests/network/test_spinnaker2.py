"""Networks for SpiNNaker2: integers, what is refused, and the written program run with a stand-in for py-spinnaker2."""

import ast
import runpy
import sys
import types

import numpy as np
import pytest
from click.testing import CliRunner
from small_nets import network, random_trains

from pynn_sfdfa import Convolution, Dense, Input, Network, Recurrent
from pynn_sfdfa.commands.export import command
from pynn_sfdfa.network.cells import IF_curr_exp
from pynn_sfdfa.network.spinnaker2 import SpiNNaker2Error, quantised, write
from pynn_sfdfa.network.spinnaker2_reference import counts

F = np.float32


class Population:
    def __init__(self, size, neuron_model, params, name, record=()):
        self.size, self.model, self.params = size, neuron_model, params
        self.found = {i: [] for i in range(size)}

    def get_spikes(self):
        return self.found


class Projection:
    def __init__(self, pre, post, connections):
        self.pre, self.post, self.rows = pre, post, connections


class Net:
    def __init__(self, name):
        self.parts = []

    def add(self, *parts):
        self.parts += parts


class Chip:
    """Runs a network neuron by neuron, one event after the other."""

    def __init__(self, eth_ip):
        self.eth_ip = eth_ip

    def run(self, net, steps):
        populations = [p for p in net.parts if isinstance(p, Population)]
        state = {p: [[F(0)] * 3 for _ in range(p.size)] for p in populations[1:]}
        due = {}
        for step in range(steps):
            for population in populations:
                fired = self._fired(population, state, due.get((step, population), []), step)
                for projection in net.parts:
                    if isinstance(projection, Projection) and projection.pre is population:
                        for pre, post, weight, delay in projection.rows:
                            if pre in fired:
                                due.setdefault((step + 1 + delay, projection.post), []).append((post, weight))

    def _fired(self, population, state, arrived, step):
        params = population.params
        if population.model == "spike_list":
            return {i for i, times in params.items() if step in times}
        assert params["reset"] == "reset_by_subtraction" and not params["i_offset"] and not params["t_refrac"]
        sums = [[0, 0] for _ in range(population.size)]
        for post, weight in arrived:
            sums[post][weight < 0] += abs(weight)
        fired = set()
        for i, neuron in enumerate(state[population]):
            neuron[0] = F(neuron[0] * F(params["exc_decay"])) + F(sums[i][0])
            neuron[1] = F(neuron[1] * F(params["inh_decay"])) + F(sums[i][1])
            neuron[2] = F(neuron[2] * F(params["alpha_decay"])) + F(neuron[0] - neuron[1])
            if neuron[2] >= F(params["threshold"]):
                neuron[2] -= F(params["threshold"])
                population.found[i].append(step)
                fired.add(i)
        return fired


@pytest.fixture
def stand_in(monkeypatch):
    package = types.ModuleType("spinnaker2")
    package.snn = types.SimpleNamespace(Population=Population, Projection=Projection, Network=Net)
    package.hardware = types.SimpleNamespace(SpiNNaker2Chip=Chip)
    monkeypatch.setitem(sys.modules, "spinnaker2", package)


def shown(n=3, grid=1.0):
    return random_trains(np.random.default_rng(4), n, 12, spikes=(8, 12), last=50.0, n_classes=3, grid=grid)


def small(**options):
    return network([12, 10, 3], c=0.4, weights=(-0.4, 1.2), duration=60.0, tau_m=52.0, tau_syn=26.0, seed=3, **options)


@pytest.mark.parametrize(("bits", "delay", "model"), [(8, 0.0, "lif_curr_exp_no_delay"), (4, 3.0, "lif_curr_exp")])
def test_the_program_does_spike_for_spike_what_the_reference_says(
    stand_in, monkeypatch, tmp_path, capsys, bits, delay, model
):
    net, samples = quantised(small(delay=delay), bits, 1.0), shown()
    expected = counts(net, samples)[-1]
    assert expected.sum() > 10
    write(net, tmp_path / "net.py", samples, expected, title="a small network")
    text = (tmp_path / "net.py").read_text()
    assert "NOT RUN with py-spinnaker2 or on a chip" in text and f'MODEL = "{model}"' in text
    monkeypatch.setattr(sys, "argv", ["net.py", "--board", "192.168.1.48", "--samples", "3"])
    runpy.run_path(str(tmp_path / "net.py"), run_name="__main__")
    assert "3 answered with the spikes expected" in capsys.readouterr().out


def test_with_fine_weights_it_is_the_network_in_steps():
    """The last layer answers a step later for each layer; nothing else differs from the specification's ticks."""
    from oracles.float_network import FloatNetwork

    wired, samples = small(), shown()
    wired.weights = [np.round(w * 100) / 100 for w in wired.weights]
    for weights in wired.weights:
        weights[np.unravel_index(np.abs(weights).argmax(), weights.shape)] = 1.27  # so that 127 is the scale
    found = counts(quantised(wired, 8, 1.0), samples)
    for layer, reference in zip(found, FloatNetwork(wired, 1.0).counts(samples), strict=True):
        assert layer.sum() > 10
        np.testing.assert_allclose(layer, reference, atol=1)
        assert (layer != reference).mean() < 0.05  # float32


@pytest.mark.parametrize("bits", [8, 4])
def test_weights_fill_the_range_and_what_vanishes_is_counted(bits):
    wired = small()
    wired.weights[0][0, :2] = 1e-6
    first, second = quantised(wired, bits, 1.0).layers
    for layer, weights in zip((first, second), wired.weights, strict=True):
        most = {8: 127, 4: 15}[bits]
        assert abs(layer.weights).max() == most
        scale = most / abs(weights).max()
        assert abs(layer.weights - weights * scale).max() <= 0.5 + 1e-4
        assert layer.vanished == ((layer.weights == 0) & (weights != 0)).sum()
    assert first.vanished >= 2


def test_what_cannot_be_said_is_refused():
    for wired, bits, step, words in (
        (
            small(delay=1.0),
            8,
            1.0,
            "delay of 1 ms is 1 steps of 1 ms, and lif_curr_exp_no_delay has none; with bits = 4",
        ),
        (small(delay=8.0), 4, 1.0, "delay of 8 ms is 8 steps of 1 ms, and lif_curr_exp has 0 to 7 steps"),
        (small(), 8, 0.7, "dt = 0.7 ms is not valid; trial_duration = 60 ms must be a whole number of steps"),
        (small(), 8, 0.0, "dt = 0 ms is not valid"),
        (small(), 5, 1.0, "bits = 5 is not valid; choose one of 8, 4"),
        (Network([Input((4,)), Dense(3, cell=IF_curr_exp())]), 8, 1.0, "only ones that are written.*--format nir"),
        (Network([Input((1, 6, 6)), Convolution(2, kernel=3), Dense(3)]), 8, 1.0, "Convolution.* is not a dense layer"),
        (Network([Input((4,)), Dense(3, inhibition=1.0)], delay=1.0), 4, 1.0, "inhibits itself, which is not written"),
        (Network([Input((4,)), Dense(3, recurrent=Recurrent())], delay=1.0), 4, 1.0, "is recurrent, which is not"),
    ):
        with pytest.raises(SpiNNaker2Error, match=words):
            quantised(wired, bits, step)
    empty = small()
    empty.weights[1][:] = 0
    with pytest.raises(SpiNNaker2Error, match="are all 0 or not finite, so there is no scale"):
        quantised(empty, 8, 1.0)
    with pytest.raises(
        SpiNNaker2Error, match=r"An input of sample 0 spikes twice within a step of 60 ms.*smaller --dt"
    ):
        counts(quantised(small(), 8, 60.0), shown())


def test_bits_go_with_this_format_alone(tmp_path):
    result = CliRunner().invoke(command, [str(tmp_path / "none"), "--format", "nir", "--bits", "4"])
    assert result.exit_code == 2 and "--bits goes with --format spinnaker2" in result.output


def test_the_program_says_what_is_missing_without_its_package(monkeypatch, tmp_path):
    net, samples = quantised(small(), 8, 1.0), shown()
    write(net, tmp_path / "net.py", samples, counts(net, samples)[-1], title="a small network")
    monkeypatch.setitem(sys.modules, "spinnaker2", None)
    monkeypatch.setattr(sys, "argv", ["net.py", "--board", "192.168.1.48"])
    with pytest.raises(
        SystemExit, match=r"^py-spinnaker2 cannot be used here .*: install it.* as https://gitlab.com/\S+ says"
    ):
        runpy.run_path(str(tmp_path / "net.py"), run_name="__main__")


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="network = 'digits' is not valid; give a Network"):
        quantised("digits", 8, 1.0)
    with pytest.raises(TypeError, match="timestep = '1' is not valid; give a number of ms"):
        quantised(small(), 8, "1")
    for bits in ("8", [8]):
        with pytest.raises(SpiNNaker2Error, match=r"bits = .*'?8'?.* is not valid; choose one of 8, 4"):
            quantised(small(), bits, 1.0)


def test_what_is_no_program_is_refused_by_name(tmp_path):
    net, samples = quantised(small(), 8, 1.0), shown()
    expected = counts(net, samples)[-1]
    for wired in (small(), "net", None):
        for use in (
            lambda wired: counts(wired, samples),
            lambda wired: write(wired, tmp_path / "net.py", samples, expected, title=""),
        ):
            with pytest.raises(TypeError, match=r"net = .* is not valid; give what quantised\(network, bits, timestep"):
                use(wired)
    for use in (lambda x: counts(net, x), lambda x: write(net, tmp_path / "net.py", x, expected, title="")):
        with pytest.raises(TypeError, match="samples = 3 is not valid; give samples=SpikeTrains"):
            use(3)
    with pytest.raises(TypeError, match="path = None is not valid; give a path"):
        write(net, None, samples, expected, title="")
    with pytest.raises(TypeError, match="title = None is not valid; give a text"):
        write(net, tmp_path / "net.py", samples, expected, title=None)
    with pytest.raises(ValueError, match=r"expected has the shape \(\); give a row a sample.*\(3, 3\)"):
        write(net, tmp_path / "net.py", samples, None, title="")
    other = random_trains(np.random.default_rng(4), 3, 5)
    with pytest.raises(ValueError, match="samples have 5 units each, and the network has 12 inputs"):
        counts(net, other)
    assert not list(tmp_path.iterdir())
    write(net, str(tmp_path / 'my "net".py'), samples, expected, title='say """')
    assert (tmp_path / 'my "net".npz').exists()
    program = ast.parse((tmp_path / 'my "net".py').read_text(encoding="utf-8"))
    assert ast.get_docstring(program).startswith('say """')
    assert ast.unparse(program).count('my "net".npz') == 2
