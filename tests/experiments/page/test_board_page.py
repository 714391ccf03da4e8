"""``report.html`` of a script that ran on the emulated board."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
from browser import CHROMIUM, browser
from click.testing import CliRunner

from pynn_sfdfa.cli import main
from pynn_sfdfa.experiments.page import board_page
from pynn_sfdfa.experiments.page.board_page import _first
from pynn_sfdfa.hardware.board.mapped import Recorded

SCRIPT = """
import pyNN.spiNNaker as sim

sim.setup(1.0)
sim.Population(3, sim.IF_curr_exp(), label="of the first")
sim.run(5)
sim.end()
sim.setup(1.0)
sim.set_number_of_neurons_per_core(sim.IF_curr_exp, 8)
source = sim.Population(4, sim.SpikeSourceArray(spike_times=[[2.0], [3.0], [5.0], [7.0]]), label="source")
cells = sim.Population(30, sim.IF_curr_exp(tau_refrac=30.0), label="</script><b>cells")
sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=20.0, delay=1.0))
far = sim.Population(2, sim.IF_curr_exp(), label="far")
far.add_placement_constraint(3, 2)
sim.Projection(cells, far, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.1, delay=1.0))
cells.record("spikes")
sim.run(20)
trains = cells.get_data().segments[0].spiketrains
print("spikes:", [[float(time) for time in train] for train in trains])
sim.run(5)
raise ArithmeticError("the end of it")
"""


def run(script, folder, *options):
    words = ["spinnaker", "run", script, "--board", "emulated", "--report", folder, *options]
    return CliRunner().invoke(main, [str(word) for word in words])


def shown(page):
    return json.loads(re.search(r'id="data">(.*)</script>', page.read_text())[1])


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a script with two simulations that fails after the second one, and what the script has printed."""
    pytest.importorskip("spynnaker")
    pytest.importorskip("unicorn")
    folder = tmp_path_factory.mktemp("report")
    (folder / "script.py").write_text(SCRIPT)
    done = run(folder / "script.py", folder / "new" / "page")
    assert isinstance(done.exception, ArithmeticError), done.output
    page = folder / "new" / "page" / "report.html"
    assert [file.name for file in page.parent.iterdir()] == ["report.html"]
    assert f"Open {page} in a browser." in done.stderr
    return page, done.stdout


@pytest.mark.slow
def test_the_page_tells_how_the_last_simulation_of_the_script_went(report):
    page, printed = report
    told = shown(page)
    board = told["board"]
    assert "the script did not come to its end" in told["what"] and "the last of 2 simulations" in told["what"]
    assert "line 21: raise ArithmeticError" in told["trouble"]
    assert told["trouble"].endswith("ArithmeticError: the end of it")
    assert told["figures"][0] == ["25 ms", "of simulated time"]

    cores = board["cores"]
    assert [vertex["name"] for vertex in board["vertices"]] == ["source", "</script><b>cells", "far"]
    held = [core["holds"] for core in cores]
    assert sorted(name for name in held if "cells" in name) == [
        f"</script><b>cells, {first} to {min(first + 7, 29)}" for first in (0, 16, 24, 8)
    ]
    assert [(core["x"], core["y"]) for core in cores if "far" in core["holds"]] == [(3, 2)]
    assert {core["program"] for core in cores if "cells" in core["holds"]} == {"IF_curr_exp.aplx"}
    assert all(core["remark"] == "in time" and re.fullmatch(r"[\d,]+", core["mean"]) for core in cores)
    assert "Estimate, not measured" in board["estimate"] and "none would miss real time" in board["estimate"]
    assert all("Ready to process synapses for" in core["log"] for core in cores if "cells" in core["holds"])
    assert all(core["log"].count("Resuming") == 2 for core in cores)  # of both runs

    spikes = json.loads(printed.removeprefix("spikes: "))
    (layer,) = board["spikes"]["layers"]
    times = np.frombuffer(base64.b64decode(layer["times"]), "<u2") / 65535 * board["spikes"]["duration"]
    units = np.frombuffer(base64.b64decode(layer["units"]), "<u2")
    assert [np.round(times[units == k], 2).tolist() for k in range(30)] == spikes
    recorded = {one["name"]: (one["variables"], one["spikes"]) for one in board["recorded"]}
    assert recorded == {"source": ("", "–"), "</script><b>cells": ("spikes", "30"), "far": ("", "–")}


@pytest.mark.slow
def test_packets_are_counted_by_source_and_by_link(report):
    board = shown(report[0])["board"]
    sources = {one["name"]: one for one in board["sources"]}
    assert {name: one["sent"] for name, one in sources.items()} == {"source": 4, "</script><b>cells": 30}
    assert board["dropped"] == 0
    way = [link[:3] for link in sources["</script><b>cells"]["links"]]
    steps = {0: (1, 0), 1: (1, 1), 2: (0, 1)}
    assert sum((np.array(steps[link]) for _, _, link in way), np.zeros(2)).tolist() == [3, 2]
    assert {link[3] for link in sources["</script><b>cells"]["links"]} == {30}
    assert board["links"] == sources["</script><b>cells"]["links"]  # the source is where the cells are


@pytest.mark.slow
def test_the_page_of_a_board_is_whole_and_names_nothing_to_load(report):
    text = report[0].read_text()
    assert set(re.findall(r"https?://[^\"'\s]*", text)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert "default-src 'none'" in text
    assert text.count("</script>") == 2


def test_a_script_without_a_simulation_has_a_page_that_says_so(tmp_path):
    pytest.importorskip("spynnaker")
    (tmp_path / "script.py").write_text("raise SystemExit(3)")
    done = run(tmp_path / "script.py", tmp_path)
    assert done.exit_code == 3
    told = shown(tmp_path / "report.html")
    assert told["board"] is None and "has run no simulation" in told["nothing"]
    assert told["trouble"] == "The script ended itself with status 3."


def test_a_page_that_cannot_be_written_loses_nothing_of_the_script(tmp_path, monkeypatch):
    pytest.importorskip("spynnaker")
    monkeypatch.setattr(board_page, "write", lambda *_: 1 / 0)
    (tmp_path / "script.py").write_text("print('done')")
    done = run(tmp_path / "script.py", tmp_path)
    assert (done.exit_code, done.stdout) == (0, "done\n")
    assert "could not be written (ZeroDivisionError: division by zero)" in done.stderr


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("script.py", "--board", "10.11.12.13", "--report", "x"), "it is for --board emulated"),
        (("digits", "--board", "emulated", "--report", "x"), "--report is for scripts"),
        (("script.py", "--board", "emulated", "--report", ""), "the name is empty"),
    ],
)
def test_only_scripts_on_emulated_cores_have_a_page(words, line):
    done = CliRunner().invoke(main, ["spinnaker", "run", *words])
    assert (done.exit_code, line in done.output) == (2, True)


def test_of_very_many_spikes_the_first_are_shown(monkeypatch):
    monkeypatch.setattr(board_page, "MOST_SPIKES", 4)
    times = [np.array([1.0, 2.0, 3.0]), np.array([2.5, 3.0, 4.0])]
    spiking = [Recorded("a", 2, ("spikes",), np.zeros(3, np.int64), own) for own in times]
    assert _first(spiking) == ([2, 1], 3.0)  # of the two at 3 ms none
    assert _first(spiking[:1]) == ([3], None)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
def test_the_page_of_a_board_in_a_browser(report, tmp_path):
    with browser(tmp_path) as page:
        for width in (375, 1280):
            assert page.open(report[0], width, dark=width == 375) < 2
            assert page.run("document.documentElement.scrollWidth") <= width
        assert page.text(".grid .says").startswith("Chip 0, 0: source on core")
        every = page.run("document.querySelectorAll('.grid line.packets').length")
        page.run("document.querySelector('#packets').focus()")
        page.press("ArrowDown")
        assert page.run("document.querySelector('#packets').value") == "source, SPIKE"
        assert page.run("document.querySelectorAll('.grid line.packets').length") == 0 < every
        page.run("document.querySelector('.grid svg').focus()")
        for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp"):
            page.press(key)
        assert page.text(".grid .says").startswith("Chip 3, 2: far on core")
        assert page.run("document.querySelector('canvas').getBoundingClientRect().width") > 900
        page.click("#logs summary", x=0.02)
        assert page.run("document.querySelector('#logs details').open")
        assert page.text("#trouble pre").endswith("ArithmeticError: the end of it")
        assert page.complaints == []
        assert {address.split(":")[0] for address in page.requests} == {"file"}
