"""All that depends on the version of sPyNNaker: its settings, and where it meets the machine and the clock."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import importlib.metadata
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.board.errors import BoardError

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer

__all__ = ["VERSION", "check_installed", "configured", "decoded", "end", "make_transceiver", "patched"]

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
    ("spinn_front_end_common.interface.interface_functions.application_runner", "sleep", True),
    ("spinn_front_end_common.interface.interface_functions.chip_provenance_updater", "sleep", True),
)
"""Where the host waits: module, name, and whether the name is time.sleep rather than the module time."""


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


@contextlib.contextmanager
def patched(new_transceiver: Callable[[], Any], clock: Any, folder: Path) -> Iterator[None]:
    """Within the block, sPyNNaker finds the emulated board, waits in its time and reads no file of the user's home.

    Parameters
    ----------
    new_transceiver : callable
        Returns the transceiver for a board that has just been started.
    clock : object
        Its `time` and `sleep` stand in for those of the module `time`.
    folder : Path
        For reports and data.
    """
    with contextlib.ExitStack() as undo:
        _replace(undo, "spinnman.spinnman_simulation", "transceiver_generator", lambda *a, **k: new_transceiver())
        for module, name, is_sleep in _CLOCKS:
            _replace(undo, module, name, clock.sleep if is_sleep else clock)
        reports = SETTINGS["Reports"] | {"default_report_file_path": str(folder)}
        undo.enter_context(configured({**SETTINGS, "Reports": reports}, folder))
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
    with contextlib.ExitStack() as undo:
        home = folder / ".spynnaker.cfg"
        home.touch()
        _replace(undo, "spinn_utilities.config_holder", "_user_cfg", lambda: str(home))
        load = importlib.import_module("spinn_utilities.conf_loader").load_config
        _replace(undo, "spinn_utilities.conf_loader", "load_config", lambda *a: _with_settings(load(*a), settings))
        undo.callback(setattr, sys, "excepthook", sys.excepthook)  # sPyNNaker leaves its own there
        yield


def _replace(undo: contextlib.ExitStack, module: str, name: str, value: Any) -> None:
    where = importlib.import_module(module)
    undo.callback(setattr, where, name, getattr(where, name))
    setattr(where, name, value)


def _with_settings(config: Any, settings: Mapping[str, Mapping[str, str]]) -> Any:
    for section, options in settings.items():
        for option, value in options.items():
            config.set(section, option, value)
    return config


def make_transceiver(server: CommandServer) -> Any:
    """Return spinnman's transceiver for the board behind `server`."""
    from spinnman.transceiver.version5transceiver import Version5Transceiver

    from pynn_sfdfa.hardware.board.connection import BoardConnection

    return Version5Transceiver([BoardConnection(server)], ensure_board_is_ready=True)


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
