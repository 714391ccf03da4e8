from __future__ import annotations

import ast
import re
import runpy
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from pynn_sfdfa import FeedForward, FirstSpike, Input, Network, SpikeTrains
from pynn_sfdfa.cli import main
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
from pynn_sfdfa.network.pynn_script import PyNNScriptError, write
from pynn_sfdfa.network.stock import NotStockError, stock_cell
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.readouts import MostSpikes

STOCK = IF_curr_exp(tau_m=16.0, tau_syn=4.0, cm=4.0, v_rest=-65.0, v_thresh=-62.0, tau_refrac=2.0, trial_duration=80.0)
LEARNING = LIF_SFDFA(tau_m=16.0, tau_syn=4.0, cm=4.0, v_rest=-65.0, v_thresh=-62.0, trial_duration=80.0)


def network(cell, inhibition=0.0, **settings):
    layers = [Input((12,)), Dense(9, cell=cell), Dense(4, cell=cell, inhibition=inhibition)]
    return Network(layers, **{"delay": 1.0, "weights": (-1.5, 2.5), "seed": 3, "max_spikes": 90} | settings)


@pytest.fixture(scope="module")
def trains():
    """Eight samples of spikes on a grid of 1 ms, the eighth without any."""
    rng = np.random.default_rng(4)
    samples = [np.nonzero(rng.uniform(size=(60, 12)) < (k < 7) * 0.15) for k in range(8)]
    return SpikeTrains.from_samples([(times.astype(float), units) for times, units in samples], np.arange(8) % 4, 12)


def written(net, folder, trains, readout=None, timestep=1.0, title="A net", name="net.py"):
    readout = readout or MostSpikes()
    shown = Evaluator(net, readout=readout)
    path = folder / name
    counts, answers = shown.evaluate(trains).counts, shown.predict(trains)
    write(net, path, trains, counts, answers, title=title, readout=readout.name, timestep=timestep)
    return path, counts


def printed(path, *arguments):
    """Run a script; return answers and counts that are those of the exact simulator, and what it printed."""
    before, sys.argv = sys.argv, [str(path), *arguments]
    try:
        runpy.run_path(str(path), run_name="__main__")
    finally:
        sys.argv = before


def same(capsys, path, *arguments):
    """Return how many answers and counts of a script are those of the exact simulator."""
    capsys.readouterr()
    printed(path, *arguments)
    text = capsys.readouterr().out
    found = re.search(r"(\d+) of (\d+) answers and (\d+) of (\d+) output spike counts are the same", text)
    return tuple(int(number) for number in found.groups())


def test_whatever_title_and_files_are_called_it_is_a_script(trains, tmp_path, capsys):
    title = 'say """ or \\N or\n"'
    path, _ = written(network(STOCK), tmp_path, trains, title=title, name='a "net" \\ 3.py')
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")), clean=False).startswith(title)
    assert same(capsys, path, "pynn_sfdfa.event", "--samples", "1")[1] == 1


@pytest.mark.parametrize("readout", [MostSpikes(), FirstSpike()])
@pytest.mark.parametrize(("cell", "delay"), [(STOCK, 1.0), (LEARNING, 0.0)])
def test_in_continuous_time_it_answers_as_the_network_that_was_trained(cell, delay, readout, trains, tmp_path, capsys):
    path, counts = written(network(cell, delay=delay), tmp_path, trains, readout)
    assert counts.sum() > 40
    assert same(capsys, path, "pynn_sfdfa.event") == (8, 8, 32, 32)


def test_how_long_it_simulates_is_told_before(trains, tmp_path, capsys):
    path, _ = written(network(STOCK), tmp_path, trains)
    printed(path, "pynn_sfdfa.event", "--samples", "2", "--pause", "50")
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert re.fullmatch(r"simulating [0-9.]+ s, 2 samples of [0-9.]+ ms", first)
    assert second.startswith("pynn_sfdfa.event, steps of")


@pytest.mark.parametrize("cell", [STOCK, LEARNING])
def test_layers_that_see_windows_answer_as_they_were_trained(cell, trains, tmp_path, capsys):
    windows = [Convolution(3, 2, cell=cell), Pooling((1, 3)), Local(4, 1, cell=cell), Pooling(1, weight=3.0, cell=cell)]
    layers = [Input((1, 3, 4)), *windows, Dense(4, cell=cell)]
    net = Network(layers, delay=1.0, weights=(-1.5, 5.0), seed=3, max_spikes=2000)
    path, counts = written(net, tmp_path, trains)
    assert counts.sum() > 40
    assert same(capsys, path, "pynn_sfdfa.event") == (8, 8, 32, 32)


def test_nest_answers_as_the_network_that_was_trained_where_it_computes_times_between_steps(trains, tmp_path, capsys):
    pytest.importorskip("nest", reason="run: pip install 'pynn-sfdfa[nest]'")
    path, _ = written(network(STOCK, inhibition=0.7), tmp_path, trains)
    assert same(capsys, path, "nest") == (8, 8, 32, 32)
    assert same(capsys, path, "nest", "--samples", "3", "--timestep", "0.5") == (3, 3, 12, 12)


@pytest.mark.parametrize(
    ("cell", "name", "expected"),
    [
        (LEARNING, "nest", {"spike_precision": "on_grid"}),
        (LEARNING, "pyNN.nest", {"spike_precision": "on_grid"}),
        (STOCK, "pyNN.nest", {"spike_precision": "off_grid"}),
        (STOCK, "spiNNaker", {"time_scale_factor": 10}),
        (STOCK, "pyNN.spiNNaker", {"time_scale_factor": 10}),
        (STOCK, "pynn_sfdfa.spiNNaker", {"time_scale_factor": 10}),
        (STOCK, "pynn_sfdfa.event", {}),
    ],
)
def test_a_simulator_is_set_up_alike_by_its_name_and_by_that_of_its_module(
    cell, name, expected, trains, tmp_path, monkeypatch
):
    path, _ = written(network(cell), tmp_path, trains)
    asked = []

    def setup(**arguments):
        asked.append(arguments)
        raise SystemExit

    monkeypatch.setattr("importlib.import_module", lambda module: SimpleNamespace(__name__=module, setup=setup))
    with pytest.raises(SystemExit):
        printed(path, name)
    assert asked == [{"timestep": 1.0, "min_delay": 1.0, **expected}]


def test_a_reset_to_rest_in_steps_is_that_of_training_as_the_step_shrinks(trains, tmp_path, capsys):
    pytest.importorskip("nest", reason="run: pip install 'pynn-sfdfa[nest]'")
    path, _ = written(network(LEARNING, delay=0.0), tmp_path, trains)
    equal = [same(capsys, path, "nest", "--timestep", step)[2] for step in ("1", "0.1", "0.01", "0.001")]
    assert equal[0] < equal[1] < equal[2] < equal[3] == 32


def test_on_brian2_it_does_as_nest_does_on_steps(trains, tmp_path, capsys):
    brian2 = pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    pytest.importorskip("nest", reason="run: pip install 'pynn-sfdfa[nest]'")
    brian2.prefs.codegen.target = "numpy"
    path, _ = written(network(STOCK, inhibition=0.7), tmp_path, trains)
    path.write_text(path.read_text().replace('"off_grid" if', '"on_grid" if'))
    on_nest = same(capsys, path, "nest", "--samples", "4")
    assert on_nest[2] < 16
    assert same(capsys, path, "brian2", "--samples", "4") == on_nest
    assert brian2.defaultclock.dt == 1.0 * brian2.ms


def test_it_imports_numpy_and_the_simulator_alone(trains, tmp_path):
    path, _ = written(network(STOCK), tmp_path, trains)
    tree = ast.parse(path.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports}
    assert imported == {"argparse", "importlib", "sys", "pathlib", "numpy", "brian2"}
    assert max(map(len, path.read_text().splitlines())) <= 120


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--samples", "9"], "--samples 9: the file has 8 samples"),
        (["--timestep", "0.3"], "the delay of 1.0 ms must be one step or several"),
        (["--timestep", "2"], "the delay of 1.0 ms must be one step or several"),
        (["--pause", "-5"], "--pause -5.0: a pause cannot be shorter than 0 ms, nor without end"),
        (["--pause", "nan"], "--pause nan: a pause cannot be shorter than 0 ms, nor without end"),
        (["--pause", "inf"], "--pause inf: a pause cannot be shorter than 0 ms, nor without end"),
    ],
)
def test_the_script_refuses_what_it_cannot_show(arguments, message, trains, tmp_path, capsys):
    path, _ = written(network(STOCK), tmp_path, trains)
    with pytest.raises(SystemExit):
        printed(path, "pynn_sfdfa.event", *arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["brain2", "absent.simulator"])
def test_the_script_names_a_simulator_that_is_not_there(name, trains, tmp_path, capsys):
    path, _ = written(network(STOCK), tmp_path, trains)
    with pytest.raises(SystemExit, match=rf"{name} cannot be used here \(No module named .*\): install it, or name"):
        printed(path, name)


def test_two_spikes_of_an_input_in_one_step_are_refused(tmp_path):
    close = SpikeTrains.from_samples([([3.1, 3.4], [0, 0])], [0], 12)
    path, _ = written(network(STOCK), tmp_path, close)
    with pytest.raises(SystemExit, match=r"An input spikes twice within a step of 1.0 ms: choose a smaller --timestep"):
        printed(path, "pynn_sfdfa.event")


def test_what_no_script_can_say_is_refused(trains, tmp_path):
    answers = {"samples": trains, "exact_counts": np.zeros((8, 4)), "exact_answers": np.zeros(8)}
    good = {"path": tmp_path / "net.py", "title": "A net", "readout": "most-spikes", "timestep": 1.0, **answers}
    for net, changes, message in [
        (network(STOCK), {"readout": "membrane"}, "no PyNN script for the readout membrane, only for most-spikes and"),
        (network(STOCK), {"timestep": 0.3}, "dt = 0.3 ms is not valid; the delay of 1 ms must be one step or several"),
        (network(STOCK), {"timestep": 0.0}, "dt = 0 ms is not valid; .* choose 1 or 0.1"),
    ]:
        with pytest.raises(PyNNScriptError, match=message):
            write(net, **good | changes)
    assert not list(tmp_path.iterdir())
    with pytest.raises(NotStockError, match=r"PyNN has no cell like AdEx; take IF_curr_exp or LIF_SFDFA"):
        stock_cell(SimpleNamespace(cell=SimpleNamespace(name="AdEx")))


def test_a_file_that_is_none_of_ours_is_not_written_over(trains, tmp_path):
    for content in (b"mine", None):
        np.savez(tmp_path / "net.npz", x_train=np.zeros(3))
        if content is not None:
            (tmp_path / "net.npz").write_bytes(content)
        kept = (tmp_path / "net.npz").read_bytes()
        with pytest.raises(PyNNScriptError, match=r"net.npz is there, and holds no weights of an exported network"):
            written(network(STOCK), tmp_path, trains)
        assert (tmp_path / "net.npz").read_bytes() == kept
        assert not (tmp_path / "net.py").exists()
    (tmp_path / "net.npz").unlink()
    for _ in range(2):
        written(network(STOCK), tmp_path, trains)


def test_export_writes_a_checkpoint_as_a_script(tmp_path, capsys):
    small = ["--set", "network.hidden_sizes=[10]", "--epochs", "1", "--threads", "1"]
    run = CliRunner().invoke
    assert run(main, ["train", "digits", *small, "--out", str(tmp_path / "digits")]).exit_code == 0
    checkpoint = tmp_path / "digits" / "best.safetensors"
    done = run(main, ["export", str(checkpoint), "--format", "pynn", "--samples", "12"])
    assert done.exit_code == 0, done.output
    path = checkpoint.with_name("best_pynn.py")
    assert re.search(
        r"best_pynn.py: 64 - 10 - 10 neurons; best_pynn.npz: weights and 12 test samples, .* %", done.output
    )
    answers, n, counts, of = same(capsys, path, "pynn_sfdfa.event")
    assert (n, of) == (12, 120)  # inputs are moved to steps of 0.1 ms
    assert answers >= 11 and counts >= 110
    every = run(main, ["export", str(checkpoint.parent), "--format", "spinnaker2", "--samples", "999"])
    assert "weights and 360 test samples, which are all there are." in every.output
    assert checkpoint.with_name("best_spinnaker2.py").is_file()
    for arguments, message in [
        (["--format", "nir", "--samples", "3"], "--samples goes with --format pynn"),
        (["--format", "pynn", "--out", "net.txt"], "'net.txt' is no name for a PyNN script; call it net.py"),
        (["--format", "pynn", "--dt", "0.3"], "dt = 0.3 ms is not valid"),
    ]:
        done = run(main, ["export", str(checkpoint), *arguments])
        assert (done.exit_code, message in done.output) == (2, True), done.output


def test_what_is_no_network_and_what_are_no_samples_is_refused(trains, tmp_path):
    known = {"title": "", "readout": "most-spikes", "timestep": 1.0}
    path, counts = tmp_path / "net.py", np.zeros((1, 2))
    with pytest.raises(TypeError, match="network = 'digits' is not valid; give a Network"):
        write("digits", path, trains, counts, counts[:, 0], **known)
    with pytest.raises(TypeError, match="samples = 3 is not valid; give samples=SpikeTrains"):
        write(FeedForward([3, 2], delay=1.0), path, 3, counts, counts[:, 0], **known)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"path": None}, TypeError, r"path = None is not valid; give a path, a str or a pathlib.Path"),
        ({"title": 5}, TypeError, r"title = 5 is not valid; give a text, such as title='Digits"),
        ({"timestep": "0.1"}, TypeError, r"timestep = '0.1' is not valid; give a number of ms"),
        ({"exact_counts": None}, ValueError, r"exact_counts has the shape \(\); give a row a sample.*\(8, 4\)"),
        ({"exact_answers": "x"}, ValueError, r"exact_answers has the shape \(\); give the class of each.*\(8,\)"),
        ({"readout": ["x"]}, PyNNScriptError, r"readout \['x'\], only for most-spikes and first-spike"),
        ({"network": FeedForward([3, 4], delay=1.0)}, ValueError, "have 12 units each, and the network has 3 inputs"),
    ],
)
def test_arguments_that_are_something_else_are_refused_by_name(trains, tmp_path, changed, error, told):
    given = {
        "network": FeedForward([12, 4], delay=1.0),
        "path": tmp_path / "net.py",
        "samples": trains,
        "exact_counts": np.zeros((8, 4), int),
        "exact_answers": np.zeros(8, int),
    }
    known = {"title": "", "readout": "most-spikes", "timestep": 1.0}
    with pytest.raises(error, match=told):
        write(**{**given, **known, **changed})
    assert not list(tmp_path.iterdir())
    write(**{**given, **known, "path": str(tmp_path / "net.py")})
    assert (tmp_path / "net.npz").exists()
