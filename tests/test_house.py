"""The house: which part may import which, what start-up costs, what no file may name."""

from __future__ import annotations

import ast
import graphlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from package_sources import MODULES, ROOMS, ROOT, imports, part

SIMULATORS = {"event", "brian2", "spiNNaker"}

HEAVY = {"numpy", "scipy", "numba", "pyNN", "neo", "matplotlib", "sklearn", "brian2", "pydantic", "rich", "safetensors"}


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"pynn_sfdfa"}))
def test_imports_point_one_way(module):
    own = part(module)
    imported = {part(name) for name in imports(MODULES[module].read_text(), for_types=True)} - {own}
    assert not imported & set(ROOMS[: ROOMS.index(own)])
    if own == "models":
        assert not imported
    if own != "benchmark":  # it measures a simulator itself; all others take the simulator that they are given
        assert not imported & SIMULATORS


def test_every_room_has_its_place():
    assert {part(name) for name in MODULES} - {""} == set(ROOMS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_files_are_small(module):
    assert len(MODULES[module].read_text().splitlines()) <= 400


def test_no_module_imports_itself_through_others():
    """Neither when they run nor for their types: a protocol says what one needs of a module above it."""
    graph = {name: imports(file.read_text(), for_types=True) for name, file in MODULES.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_name_the_package(module):
    """The kernel cache finds what a kernel depends on by these names."""
    relative = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(MODULES[module].read_text()))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert not relative


def _in_the_encoding_of_the_locale(call):
    """Whether a call reads or writes text, and does not say in which encoding."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    texts = [argument.value for argument in call.args if isinstance(getattr(argument, "value", None), str)]
    modes = [text for text in texts if re.fullmatch("[rwaxt+]+", text)]
    opened = name == "open" and (modes or not (call.args or call.keywords))
    whole = isinstance(call.func, ast.Attribute) and (name, len(call.args)) in (("read_text", 0), ("write_text", 1))
    return (opened or whole) and "encoding" not in {keyword.arg for keyword in call.keywords}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_text_has_an_encoding(module):
    calls = [node for node in ast.walk(ast.parse(MODULES[module].read_text())) if isinstance(node, ast.Call)]
    assert not [ast.unparse(call) for call in calls if _in_the_encoding_of_the_locale(call)]


def test_import_for_types_alone_is_none():
    source = (
        "if TYPE_CHECKING:\n    import pynn_sfdfa.network.feed_forward\ndef f():\n    from pynn_sfdfa import models\n"
    )
    assert imports(source) == {"pynn_sfdfa.models"}
    assert imports(source, only_at_once=True) == set()
    assert imports(source, for_types=True) == {"pynn_sfdfa.models", "pynn_sfdfa.network.feed_forward"}


def _in_new_process(script):
    """Return the heavy packages that a script loads and the processor time that it takes, start of Python included."""
    script += f"\nimport json, sys\nprint(json.dumps(sorted({HEAVY!r} & set(sys.modules))))"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_"))}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return set(json.loads(done.stdout.splitlines()[-1])), seconds


@pytest.mark.parametrize(
    ("script", "limit"),
    [
        ("import pynn_sfdfa", 0.3),
        ("import pynn_sfdfa; dir(pynn_sfdfa); hasattr(pynn_sfdfa, 'nothing')", 0.3),
        ("from pynn_sfdfa.cli import main; main(['--help'], standalone_mode=False)", 0.3),
        ("from pynn_sfdfa.cli import main; main(['train', '--help'], standalone_mode=False)", 0.3),
    ],
)
def test_what_loads_nothing_heavy_answers_at_once(script, limit):
    heavy, seconds = min((_in_new_process(script) for _ in range(3)), key=lambda measured: measured[1])
    assert heavy == set()
    assert seconds < limit


@pytest.mark.parametrize(
    "script",
    [
        "import pynn_sfdfa; pynn_sfdfa.SpikeTrains",
        "from pynn_sfdfa.experiments.config import load; load('digits')",
        "import click\nfrom pynn_sfdfa.cli import main\n"
        "try:\n    main(['train', 'no-such-experiment'], standalone_mode=False)\n"
        "except click.ClickException:\n    pass\nelse:\n    raise AssertionError",
    ],
)
def test_what_needs_no_simulator_loads_none(script):
    heavy, _ = _in_new_process(script)
    assert not heavy & {"numba", "pyNN", "neo", "brian2", "matplotlib", "sklearn"}


def test_no_file_names_a_folder_of_this_machine():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("this is no checkout: which files are published is not known")
    folders = {ROOT, ROOT.parent, Path.home(), Path(tempfile.gettempdir())} - {Path("/")}
    named = re.compile("|".join(rf"(?<![\w.]){re.escape(str(folder))}(?=/\w)" for folder in folders))
    files = [ROOT / name for name in tracked.stdout.split("\0") if name]
    found = {
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in files
        if file.is_file()
        for match in named.finditer(file.read_text(errors="replace"))
    }
    assert not found
