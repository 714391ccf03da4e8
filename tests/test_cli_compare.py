from __future__ import annotations

import importlib.util
import json

import pytest
from click.testing import CliRunner

from pynn_sfdfa.cli import main


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A network of stock cells that knows little."""
    cell = "{cell='IF_curr_exp', tau_m=64, tau_syn=8, cm=8, v_rest=0, v_thresh=%d, tau_refrac=2%s}"
    settings = [
        f"network.hidden={cell % (1, '')}",
        f"network.output={cell % (1, ', inhibition=0.5')}",
        "network.hidden_sizes=[20]",
    ]
    settings += [
        "network.delay=1",
        "network.weights=[-1, 2]",
        "encoding={name='latency', window=80, maximum=16}",
        "network.trial_duration=120",
    ]
    out = tmp_path_factory.mktemp("runs") / "stock"
    words = ["train", "digits", "--epochs", "1", "--threads", "1", "--out", str(out)]
    done = CliRunner().invoke(main, [*words, *(word for one in settings for word in ("--set", one))])
    assert done.exit_code == 0, done.output
    return str(out / "last.safetensors")


def compared(checkpoint, *words):
    done = CliRunner().invoke(main, ["compare", checkpoint, "--samples", "6", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_exact_simulators_answer_as_the_engine_and_grids_come_close(checkpoint):
    places = ["event"]
    places += ["nest-off-grid:0.01", "nest:0.01", "nest:1"] if importlib.util.find_spec("nest") else []
    rows = json.loads(compared(checkpoint, "--json", *(word for place in places for word in ("--on", place))))
    assert [row["simulator"] for row in rows] == ["engine that trains", *(place.partition(":")[0] for place in places)]
    assert rows[0]["spikes_per_sample"][-1] > 5
    assert rows[1]["equal_output_counts"] == rows[1]["equal_answers"] == 1.0
    assert rows[1]["spikes_per_sample"] == rows[0]["spikes_per_sample"]
    if len(rows) > 2:
        between, fine, coarse = (row["equal_output_counts"] for row in rows[2:])
        assert between >= fine > coarse
        assert between > 0.95


@pytest.mark.slow
def test_the_emulated_board_with_its_stock_binary_comes_close(checkpoint):
    pytest.importorskip("spynnaker", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
    pytest.importorskip("unicorn", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
    engine, board = json.loads(compared(checkpoint, "--json", "--on", "spiNNaker"))
    assert board["timestep"] == 1.0
    for exact, found in zip(engine["spikes_per_sample"], board["spikes_per_sample"], strict=True):
        assert abs(found - exact) < 0.15 * exact


def test_the_table_has_a_line_for_each_simulator(checkpoint):
    lines = compared(checkpoint, "--on", "event", "--on", "event:1").splitlines()
    assert lines[0] == "6 samples; equal: to the engine that trains."
    assert lines[2].startswith("| simulator | step (ms) | accuracy (%) | equal answers (%) |")
    assert [line.split("|")[1].strip() for line in lines[4:]] == ["engine that trains", "event", "event"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--on", "genesis"], "there is no 'genesis'; choose from event, brian2, nest, nest-off-grid, spiNNaker"),
        (["--on", "event:fast"], "'fast' is no time step in ms, such as 0.1"),
        (["--on", "event:0"], "event: timestep = 0 ms is not valid; it must be a finite number > 0 ms"),
        (["--on", "event:nan"], "event: timestep = nan ms is not valid; it must be a finite number > 0 ms"),
        (["--on", "brian2:2"], "a delay of 1 ms is shorter than the least that pynn_sfdfa.brian2 has, 2 ms"),
        (["--on", "brian2:1e-9"], "steps of 1e-09 ms, which would take hours; choose "),
    ],
)
def test_what_is_no_simulator_or_step_is_refused(words, message, checkpoint):
    done = CliRunner().invoke(main, ["compare", checkpoint, *words])
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("-1", "nest: timestep = -1 ms is not valid; it must be a finite number > 0 ms"),
        ("3", "nest: the network's delay of 1 ms must be one step or several, not 0.333333 steps of 3 ms"),
        ("0.3", "nest: the network's delay of 1 ms must be one step or several, not 3.33333 steps of 0.3 ms"),
    ],
)
def test_a_step_that_nest_cannot_take_is_refused_before_any_simulator_runs(step, message, checkpoint):
    pytest.importorskip("nest", reason="run: pip install 'pynn-sfdfa[nest]'")
    done = CliRunner().invoke(main, ["compare", checkpoint, "--on", "event", "--on", f"nest:{step}"])
    assert (done.exit_code, message in done.output) == (2, True), done.output
    assert "event in steps" not in done.output


def test_what_is_not_installed_is_left_out_with_how_to_get_it(checkpoint, monkeypatch):
    find, packages = importlib.util.find_spec, ("brian2", "nest", "spynnaker")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in packages else find(name))
    done = CliRunner().invoke(main, ["compare", checkpoint, "--samples", "1"])
    assert done.exit_code == 0
    assert "Left out nest in steps of 1 ms: not installed; run: pip install 'pynn-sfdfa[nest]'" in done.stderr
    assert "Left out spiNNaker in steps of 1 ms: not installed; run: pip install 'pynn-sfdfa[spinnaker]'" in done.stderr
    asked = CliRunner().invoke(main, ["compare", checkpoint, "--on", "nest"])
    assert (asked.exit_code, "pip install" in asked.output) == (2, True)
