"""All that depends on the version of sPyNNaker: its settings, and where it meets the machine and the clock."""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import importlib.metadata
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pynn_sfdfa.hardware.board.changes import Changes, changing
from pynn_sfdfa.hardware.board.clock import VirtualCondition
from pynn_sfdfa.hardware.board.errors import BoardError
from pynn_sfdfa.hardware.emulator import aplx
from pynn_sfdfa.hardware.emulator.faults import BadBinary

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer


class Witness(Protocol):
    """Sees what becomes of simulations."""

    def begins(self) -> None:
        """See a run begin."""

    def clears_logs(self) -> None:
        """See that logs are about to be cleared."""

    def ends(self) -> None:
        """See that a simulation is about to end, or to be reset."""


__all__ = [
    "VERSION",
    "check_installed",
    "check_size",
    "configured",
    "decoded",
    "end",
    "make_transceiver",
    "patched",
    "tick_microseconds",
]

VERSION = "1!7.4.1"

SETTINGS = {
    "Machine": {
        "machine_name": "emulated-board",
        "version": "5",
        "virtual_board": "False",
        "spalloc_server": "None",
        "spalloc_retry": "0",
        "remote_spinnaker_url": "None",
        "json_path": "None",
        "width": "None",
        "height": "None",
        "bmp_names": "None",
        "auto_detect_bmp": "False",
        "reset_machine_on_startup": "False",
        "turn_off_machine": "False",
        # They serve a faster way for data, by packets of their own kind, and routers that drop packets.
        "enable_advanced_monitor_support": "False",
        "enable_reinjection": "False",
    },
    "Reports": {"write_energy_report": "False", "display_algorithm_timings": "False"},
    "Java": {"use_java": "False"},
}
"""What has to be so on the emulated board, whatever a configuration file says."""

_CLOCKS = (
    ("spinnman.transceiver.base_transceiver", "time", False),
    ("spinnman.connections.scp_request_pipeline", "time", False),
    ("spinn_front_end_common.utilities.system_control_logic", "time", False),
    ("spinn_front_end_common.interface.interface_functions.application_finisher", "time", False),
    ("spinn_front_end_common.interface.interface_functions.chip_provenance_updater", "sleep", True),
)
"""Where the host waits: module, name, and whether the name is time.sleep rather than the module time."""
_RUNNER = "spinn_front_end_common.interface.interface_functions.application_runner"
"""Where it waits for the end of a run."""


_LARGEST_BINARY = 1 << 20
"""Bytes; what a core holds is a tenth of it."""


def check_installed() -> None:
    """Check that the sPyNNaker is installed that this module knows, and what emulates its processors.

    Raises
    ------
    BoardError
    """
    wanted = {"sPyNNaker": VERSION, "unicorn": None}
    for package, version in wanted.items():
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found = None
        if found is None or version not in (None, found):
            there = "it is not installed" if found is None else f"{found} is installed"
            raise BoardError(
                f"The emulated board needs {package}{f' {version}' if version else ''}; {there}. "
                f"Install it: pip install 'sPyNNaker=={VERSION}' unicorn"
            )


def check_size(n_chips: int) -> None:
    """Check that a simulation, by its setup() or by the size of its network, needs no more than one board.

    Raises
    ------
    BoardError
    """
    from spinn_machine.data import MachineDataView as View

    boards = View.get_n_boards_required() if View.has_n_boards_required() else 1
    chips = View.get_n_chips_needed() if View.has_n_chips_needed() else 1
    if boards > 1 or chips > n_chips:
        raise BoardError(
            f"{View.get_chips_boards_required_str()}; the emulated machine is one board with {n_chips} chips. "
            "Ask for no more, or run on a machine that has them: --board spalloc:SERVER"
        )


def tick_microseconds() -> float:
    """Return how long a tick of the present simulation takes on the board."""
    from spinn_front_end_common.data import FecDataView

    return float(FecDataView.get_hardware_time_step_us())


@contextlib.contextmanager
def patched(
    new_transceiver: Callable[[], Any],
    clock: Any,
    folder: Path,
    annotate: Callable[[Exception], None],
    witness: Witness | None = None,
) -> Iterator[None]:
    """Within the block, sPyNNaker finds the emulated board, waits in its time and reads no file of the user's home.

    Parameters
    ----------
    new_transceiver : callable
        Returns the transceiver for a board that has just been started.
    clock : object
        Its `time` and `sleep` stand in for those of the module `time`; a run takes its `run`.
    folder : Path
        For reports and data.
    annotate : callable
        Is given the error when a run fails, before its script is.
    witness : Witness, optional
        Is told when a run begins, before logs are cleared, and before a simulation ends or is reset.
    """
    with changing() as changes:
        module = importlib.import_module("spinnman.spinnman_simulation")
        changes.replace(module, "transceiver_generator", lambda *a, **k: new_transceiver())
        for path, name, is_sleep in _CLOCKS:
            changes.replace(importlib.import_module(path), name, clock.sleep if is_sleep else clock)
        changes.replace(importlib.import_module(_RUNNER), "sleep", clock.run)
        simulator = importlib.import_module("spinn_front_end_common.interface.abstract_spinnaker_base")
        changes.replace(simulator, "application_runner", _stoppable(simulator.application_runner, clock))
        for name in ("_run", "stop"):
            function = getattr(simulator.AbstractSpinnakerBase, name)
            changes.replace(simulator.AbstractSpinnakerBase, name, _annotating(function, annotate))
        if witness is not None:
            seen = {"_run": witness.begins, "_execute_clear_io_buf": witness.clears_logs}
            for name, see in (seen | dict.fromkeys(("stop", "reset"), witness.ends)).items():
                function = getattr(simulator.AbstractSpinnakerBase, name)
                changes.replace(simulator.AbstractSpinnakerBase, name, _seen(function, see))
        reports = SETTINGS["Reports"] | {"default_report_file_path": str(folder)}
        _configure(changes, {**SETTINGS, "Reports": reports}, folder)
        yield


@contextlib.contextmanager
def configured(settings: Mapping[str, Mapping[str, str]], folder: Path) -> Iterator[None]:
    """Within the block, sPyNNaker has these settings, whatever files say, and reads no file of the user's home.

    Parameters
    ----------
    settings : mapping
        Options by section.
    folder : Path
        For an empty file in place of that in the user's home.
    """
    with changing() as changes:
        _configure(changes, settings, folder)
        yield


def _configure(changes: Changes, settings: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    home = folder / ".spynnaker.cfg"
    home.touch()
    holder = importlib.import_module("spinn_utilities.config_holder")
    changes.replace(holder, "_user_cfg", lambda: str(home))
    loader = importlib.import_module("spinn_utilities.conf_loader")
    load = loader.load_config
    changes.replace(loader, "load_config", lambda *a: _with_settings(load(*a), settings))
    changes.replace(sys, "excepthook", sys.excepthook)  # sPyNNaker leaves its own there


def _stoppable(run: Callable[..., Any], clock: Any) -> Callable[..., Any]:
    """Return the runner whose runs without end pass virtual time until another thread stops them."""

    def running(runtime: Any, threshold: Any, until_complete: Any, condition: Any) -> Any:
        with clock.running():
            return run(runtime, threshold, until_complete, VirtualCondition(condition, clock))

    return running


def _annotating(function: Callable[..., Any], annotate: Callable[[Exception], None]) -> Callable[..., Any]:
    """Return the function with errors that have been annotated."""

    @functools.wraps(function)
    def annotating(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except Exception as error:
            annotate(error)
            raise

    return annotating


def _seen(function: Callable[..., Any], see: Callable[[], None]) -> Callable[..., Any]:
    """Return the function with something that is done before it."""

    @functools.wraps(function)
    def seen(*arguments: Any, **options: Any) -> Any:
        see()
        return function(*arguments, **options)

    return seen


def _with_settings(config: Any, settings: Mapping[str, Mapping[str, str]]) -> Any:
    for section, options in settings.items():
        for option, value in options.items():
            config.set(section, option, value)
    return config


def make_transceiver(server: CommandServer, annotate: Callable[[Exception], None]) -> Any:
    """Return spinnman's transceiver for the board behind `server`.

    It looks at a binary before it sends it; `annotate` is given the error when cores are waited for in vain.
    """
    from spinnman.transceiver.version5transceiver import Version5Transceiver

    from pynn_sfdfa.hardware.board.connection import BoardConnection

    class Transceiver(Version5Transceiver):
        def execute_flood(self, core_subsets: Any, executable: Any, app_id: int, **options: Any) -> None:
            if isinstance(executable, str):
                check_binary(Path(executable))
                for cores in core_subsets:
                    for p in cores.processor_ids:
                        server.programs[cores.x, cores.y, p] = Path(executable).name
            super().execute_flood(core_subsets, executable, app_id, **options)

        wait_for_cores_to_be_in_state = _annotating(Version5Transceiver.wait_for_cores_to_be_in_state, annotate)

    return Transceiver([BoardConnection(server)], ensure_board_is_ready=True)


def check_binary(file: Path) -> None:
    """Check that a file is a program that cores can be given.

    Raises
    ------
    BoardError
        It is none, or only a part of one.
    """
    try:
        if file.stat().st_size > _LARGEST_BINARY:
            raise BadBinary(f"{file.stat().st_size} bytes are more than a core holds")
        content = file.read_bytes()
        aplx.load(content)
        if len(content) % 4:  # the sum that goes along is one of words
            raise BadBinary(f"{len(content)} bytes are no whole number of words")
    except BadBinary as error:
        raise BoardError(f"{file} is no program for a core of SpiNNaker: {error} (build or install it again)") from None


def cores_waited_for(error: BaseException) -> list[tuple[int, int, int]]:
    """Return the cores that are not in the state for which the host has waited, if that is the error."""
    from spinnman.exceptions import SpiNNManCoresNotInStateException

    return list(error.failed_core_states()) if isinstance(error, SpiNNManCoresNotInStateException) else []


def decoded(log: str) -> str:
    """Return a core's log in words: binaries write numbers for texts, which the packages hold in a table."""
    from spinn_utilities.make_tools.replacer import Replacer

    with Replacer() as texts:
        return "\n".join(texts.replace(line) for line in log.split("\n"))


def end() -> None:
    """End the simulation if the script has not; nothing is to be written afterwards into a folder that vanishes."""
    from spinn_utilities.data import UtilsDataView
    from spinn_utilities.data.utils_data_writer import UtilsDataWriter
    from spinn_utilities.log import FormatAdapter
    from spynnaker import pyNN as sim

    if UtilsDataView.is_setup():
        sim.end()
    FormatAdapter.set_log_store(None)
    atexit.unregister(UtilsDataWriter.write_errored_file)
