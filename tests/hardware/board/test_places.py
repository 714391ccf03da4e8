from __future__ import annotations

import gc
import getpass
import os
import re
import socket
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from pyNN import errors

from pynn_sfdfa.cli import main
from pynn_sfdfa.hardware.board.diagnosis import explain
from pynn_sfdfa.hardware.board.errors import BoardError
from pynn_sfdfa.hardware.board.places import place
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister

SCRIPT = """
import pyNN.spiNNaker as sim

sim.setup(1.0)
stimulus = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0]))
neurons = sim.Population(3, sim.IF_curr_exp(tau_refrac=10.0))
sim.Projection(stimulus, neurons, sim.AllToAllConnector(), sim.StaticSynapse(weight=20.0, delay=1.0))
neurons.record("spikes")
sim.run(20)
print("spikes:", [len(train) for train in neurons.get_data().segments[0].spiketrains])
sim.end()
"""


def run(*arguments):
    return CliRunner().invoke(main, ["spinnaker", *map(str, arguments)])


def test_the_emulated_board_needs_no_settings():
    assert place("emulated").settings == {}
    assert place("emulated").configuration() == ""


def test_a_board_with_an_address():
    assert place("10.11.12.13").configuration() == (
        "[Machine]\nmachine_name = 10.11.12.13\nversion = 5\nvirtual_board = False\n"
    )


@pytest.mark.parametrize(
    ("name", "server", "port"),
    [
        ("spalloc:spinnaker.example.org", "spinnaker.example.org", None),
        ("spalloc:spinnaker.example.org:22245", "spinnaker.example.org", "22245"),
        ("spalloc:https://example.org/spalloc/", "https://example.org/spalloc/", None),
    ],
)
def test_a_machine_lent_by_spalloc(name, server, port):
    settings = place(name).settings
    assert settings["spalloc_server"] == server
    assert settings.get("spalloc_port") == port
    assert settings["spalloc_user"] == getpass.getuser()
    assert settings["machine_name"] == "None"


@pytest.mark.parametrize("name", ["", "spalloc:", "a board", "-x", "host/"])
def test_what_is_no_board(name):
    with pytest.raises(BoardError, match="emulated, the host name or address"):
        place(name)


def named(name, text="", base=Exception):
    return type(name, (base,), {})(text)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (socket.gaierror(-2, "Name or service not known"), "The name b1 is not known"),
        (named("SpinnmanIOException", "IO Error: Failed to communicate with the machine"), "b1 does not answer"),
        (named("SpinnmanIOException", "SC&MP (3, 4, 2) which is incompatible"), "power-cycle"),
        (named("SpinnMachineException", "Unexpected cfg [Machine]version 9"), "another kind of board"),
        (ConnectionRefusedError(111, "Connection refused"), "The server of b1 does not answer"),
        (
            named("NoConfigFoundException", "Unable to find\nconfig file"),
            "knows no board: name one with --board \\(emulated",
        ),
        (named("ExecutableNotFoundException", "lif.aplx"), "missing \\(lif.aplx\\): pynn-sfdfa spinnaker doctor"),
        (named("ConfigurationException", "Use of rng in weight is not"), "leave rng out, and give seed to the target"),
        (named("PacmanTooBigToPlace", "x"), "does not fit on b1"),
        (named("SpallocBoardUnavailableException", "x"), "not enough free cores"),
        (named("ExecutableFailedToStopException", "core 0,0,3 RTE"), "stopped in the middle.*core 0,0,3 RTE"),
    ],
)
def test_failures_in_one_line(error, line):
    wrapped = RuntimeError("something around it")
    wrapped.__cause__ = error
    for raised in (error, wrapped):
        text = explain(raised, "b1")
        assert "\n" not in text
        assert re.search(line, text), text


def test_what_the_emulated_board_knows_comes_first():
    error = named("SpiNNManCoresNotInStateException", "x")
    error.add_note("On the emulated board: core 0, 0, 2 (a.aplx) died")
    assert explain(error, "emulated") == "Cores of emulated stopped in the middle: core 0, 0, 2 (a.aplx) died"
    assert explain(UnmodelledRegister("core 0, 0, 2: no register"), "emulated") == "core 0, 0, 2: no register"
    hidden = BoardError("in words")
    hidden.__suppress_context__, hidden.__context__ = True, UnmodelledRegister("as it was")
    assert explain(hidden, "emulated") is None


def test_other_errors_are_not_explained_away():
    assert explain(ZeroDivisionError("division by zero"), "b1") is None
    assert explain(errors.ConnectionError("Projection 'a' has a delay of 20 ms"), "b1") is None


def test_a_script_runs_on_the_emulated_board(tmp_path):
    """With what stands beside it, as with python; and its load is counted."""
    (tmp_path / "beside.py").write_text("WEIGHT = 20.0")
    (tmp_path / "script.py").write_text("import beside\n" + SCRIPT.replace("20.0", "beside.WEIGHT"))
    before = list(sys.path)
    done = run("run", tmp_path / "script.py", "--board", "emulated", "--profile")
    assert done.exit_code == 0, done.output
    assert sys.path == before
    assert "spikes: [1, 1, 1]" in done.output
    assert re.search(r"\(0, 0, 2\) +\d,\d{3} +\d,\d{3} +\d\.\d% +IF_curr_exp.aplx\n", done.output)
    assert "Estimate, not measured" in done.output
    assert "none would miss real time" in done.output


IN_A_THREAD = """
import threading

def simulate():
    import pyNN.spiNNaker as sim
    sim.setup(1.0, n_boards_required=3)
    sim.Population(1, sim.IF_curr_exp())
    sim.run(20)

thread = threading.Thread(target=simulate)
thread.start()
thread.join()
threading.Event().wait(600)
"""


def test_what_is_refused_to_a_thread_ends_the_script(tmp_path):
    """And the command, with what was printed, though another thread of the script goes on."""
    (tmp_path / "script.py").write_text(
        "import threading\nprint('begins')\nthreading.Thread(target=threading.Event().wait).start()\n" + IN_A_THREAD
    )
    words = [sys.executable, "-m", "pynn_sfdfa", "spinnaker", "run", tmp_path / "script.py", "--board", "emulated"]
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, env=buffered)
    assert (done.returncode, done.stdout) == (2, "begins\n"), done.stderr
    assert "Setup asked for 3 Boards; the emulated machine is one board with 48 chips." in done.stderr


def test_threads_of_a_script_end_no_process_of_others(tmp_path, monkeypatch):
    """A program that runs the command goes on, be it threads of its own or of the script that have not ended."""
    goes_on = threading.Event()
    (tmp_path / "script.py").write_text(
        "import threading\nfrom tests_of_places import goes_on\nthreading.Thread(target=goes_on.wait).start()\n"
        + IN_A_THREAD
    )
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setitem(sys.modules, "tests_of_places", SimpleNamespace(goes_on=goes_on))
    try:
        done = run("run", tmp_path / "script.py", "--board", "emulated")
    finally:
        goes_on.set()
    assert (done.exit_code, ended) == (2, [])
    assert "Setup asked for 3 Boards" in done.output


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("script.py", "--board", "10.11.12.13", "--profile"), "it is for --board emulated"),
        (("digits", "--board", "emulated", "--profile"), "--profile is for scripts"),
        (("script.py", "--board", "10.11.12.13", "--pace", "2"), "--pace is for a script"),
        (("digits", "--board", "emulated", "--pace", "2"), "--pace is for a script"),
    ],
)
def test_only_scripts_on_emulated_cores_are_profiled_or_paced(arguments, line):
    done = run("run", *arguments)
    assert (done.exit_code, line in done.output) == (2, True)


BAD = """
from spynnaker.pyNN.models.neuron.implementations import NeuronImplStandard
from spynnaker.pyNN.data import SpynnakerDataView
NeuronImplStandard.binary_name = {name!r}
SpynnakerDataView.register_binary_search_path({folder!r})
sim.run"""


@pytest.mark.parametrize(
    ("program", "status", "line"),
    [
        (
            "reset: .word 0xe7f000f0",
            1,
            "stopped in the middle: core 0, 0, 2 ({}) is in RUN_TIME_EXCEPTION with UNDEF",
        ),
        (None, 2, "{} is no program for a core of SpiNNaker: the binary ends"),
    ],
)
def test_a_bad_binary_is_told_in_words(tmp_path, monkeypatch, assemble, program, status, line):
    from spynnaker.pyNN.models.neuron.implementations import NeuronImplStandard

    monkeypatch.setattr(NeuronImplStandard, "binary_name", NeuronImplStandard.binary_name)  # the script changes it
    name = f"{tmp_path.name}.aplx"  # an own one, as sPyNNaker goes on looking in all folders
    (tmp_path / name).write_bytes(assemble(program, vectors=False) if program else b"")
    (tmp_path / "script.py").write_text(SCRIPT.replace("sim.run", BAD.format(folder=str(tmp_path), name=name), 1))
    done = run("run", tmp_path / "script.py", "--board", "emulated")
    assert done.exit_code == status, done.output
    assert line.format(name) in done.output


@pytest.fixture
def application(tmp_path, monkeypatch, assemble):
    """Have the cores of the emulated board run a program, or a file that is none."""
    from pynn_sfdfa.spiNNaker import binary, control, machine_vertex

    def replace(program):
        name = f"{tmp_path.name}.aplx"  # an own one, as sPyNNaker goes on looking in all folders
        (tmp_path / name).write_bytes(assemble(program, vectors=False) if program else b"")
        monkeypatch.setattr(machine_vertex, "BINARY", name)
        monkeypatch.setattr(binary, "BINARY", name)
        monkeypatch.setattr(control, "build_for_emulator", lambda: tmp_path)
        return name

    yield replace
    control.end()
    gc.collect()  # tracebacks keep the cores, and with gigabytes of address space each no test could fork any more


@pytest.mark.parametrize(
    ("program", "line"),
    [
        (
            "reset: .word 0xe7f000f0",
            r"Cores of emulated stopped in the middle: core 0, 0, \d+ \({}\) is in RUN_TIME_EX",
        ),
        (None, "{} is no program for a core of SpiNNaker: the binary ends"),
    ],
)
@pytest.mark.parametrize("command", ["train", "simulate", "spinnaker run"])
def test_what_goes_wrong_on_the_board_in_an_experiment_is_told_in_words(tmp_path, application, program, line, command):
    name = application(program)
    options = ["--board", "emulated", "--out", str(tmp_path / ("out.png" if command == "simulate" else "out"))]
    options += [] if command == "spinnaker run" else ["--simulator", "spiNNaker"]
    options += ["--sample", "0"] if command == "simulate" else []
    done = CliRunner().invoke(main, [*command.split(), "digits-online", *options])
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert re.search(f"^Error: .*{line.format(name)}", done.output, re.MULTILINE), done.output


def test_a_host_that_is_not_there(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    done = run("run", tmp_path / "script.py", "--board", "no-such-host.invalid")
    assert done.exit_code == 1
    assert done.output.splitlines()[-1].startswith("Error: The name no-such-host.invalid is not known")


def test_an_error_of_the_script_is_its_own(tmp_path):
    (tmp_path / "script.py").write_text("import sys\nassert sys.argv == [__file__]\n1 / 0")
    done = run("run", tmp_path / "script.py", "--board", "emulated")
    assert isinstance(done.exception, ZeroDivisionError)


def test_a_script_is_given_its_arguments_and_an_experiment_takes_none(tmp_path):
    (tmp_path / "script.py").write_text("import sys\nprint(sys.argv[1:])")
    done = run("run", tmp_path / "script.py", "--board", "emulated", "--", "spiNNaker", "--samples", "3")
    assert done.output.splitlines()[-1] == "['spiNNaker', '--samples', '3']"
    done = run("run", "digits-online", "digits", "--board", "emulated")
    assert (done.exit_code, "'digits' is one argument too many: only a script takes others" in done.output) == (2, True)


def test_wrong_use(tmp_path):
    (tmp_path / "script.py").write_text("pass")
    for arguments, message in [
        (["script.py", "--board", "emulated"], "no script"),
        ([tmp_path / "script.py", "--board", "a b"], "is no board"),
        ([tmp_path / "script.py", "--board", "emulated", "--set", "a=1"], "are for experiments"),
    ]:
        done = run("run", *arguments)
        assert done.exit_code == 2, done.output
        assert message in done.output


def test_the_configuration_can_be_seen():
    done = run("run", "digits", "--board", "spin5.example.org", "--show-config")
    assert done.output.startswith("[Machine]\n")
    assert "machine_name = spin5.example.org" in done.output
