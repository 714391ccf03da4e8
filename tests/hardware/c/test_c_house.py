"""The house of C: files use one another one way, and the runtime does not know which application it runs."""

from __future__ import annotations

import graphlib
import re
import shutil
import subprocess

import pytest
from c_kernels import require_cross_compiler
from toolchain.build import C_SOURCES

INCLUDED = {
    "include": {"include"},
    "kernels": {"kernels", "include"},
    "float32": {"include"},
    "runtime/include": {"runtime/include"},
    "runtime": {"runtime", "runtime/include"},
    "application": {"application", "include", "runtime/include"},
}
"""Folders whose headers a folder may include: of the runtime, the application sees the standard interfaces only."""

NAMED = {"kernels": {"kernels"}, "runtime": {"runtime"}, "application": {"application", "kernels", "runtime"}}
"""Folders whose functions and data a folder may name."""

STANDARD = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h"}
"""Headers of the compiler itself."""

FILES = sorted(file for suffix in ("c", "h", "S") for file in C_SOURCES.glob(f"*/**/*.{suffix}"))

APART = "float32"
"""Folder of which SpiNNaker's application takes nothing: its cores have no floating-point unit."""


def folder(file):
    return file.rpartition("/")[0]


def included(file):
    """Return the headers that a file includes, relative to the folder of the sources, the compiler's own left out."""
    found = set()
    for name in re.findall(r'^\s*#\s*include\s*[<"](.+)[>"]', file.read_text(), re.MULTILINE):
        places = (file.parent, C_SOURCES / "include", C_SOURCES / "runtime" / "include")
        header = next((place / name for place in places if (place / name).exists()), None)
        assert header or name in STANDARD, f"{file} includes {name}, which is not there"
        if header:
            found.add(header.relative_to(C_SOURCES).as_posix())
    return found


def compiled(sources):
    """Compile the sources in a folder; return for each file the names that it defines and those that it needs."""
    done = subprocess.run(["make", "-C", str(sources), "emulated"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = sources / "binaries" / "emulated"
    symbols = {}
    for file in sorted(built.rglob("*.o")):
        listed = subprocess.run(["arm-none-eabi-nm", "-g", "-P", file], capture_output=True, text=True, check=True)
        kinds = [line.split()[:2] for line in listed.stdout.splitlines()]
        needed = {name for name, kind in kinds if kind in "Uw"}
        symbols[file.relative_to(built).with_suffix("").as_posix()] = ({name for name, _ in kinds} - needed, needed)
    return symbols


def used(symbols):
    """Return for each file the files whose functions or data it names."""
    owner = {name: file for file, (defined, _) in symbols.items() for name in defined}
    return {file: {owner[name] for name in needed & set(owner)} for file, (_, needed) in symbols.items()}


def circle(graph):
    """Return the nodes of a circle, empty if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def overreaching(graph):
    """Return the files that name something of a folder that theirs must not know."""
    return {file for file, others in graph.items() if not {folder(other) for other in others} <= NAMED[folder(file)]}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy of the sources, compiled."""
    require_cross_compiler()
    copy = tmp_path_factory.mktemp("house") / "c"
    shutil.copytree(C_SOURCES, copy, ignore=shutil.ignore_patterns("binaries", "build"))
    compiled(copy)
    return copy


def test_headers_are_included_one_way():
    """A header and the file of its name count as one."""
    graph = {}
    for file in FILES:
        unit = file.relative_to(C_SOURCES).with_suffix("").as_posix().replace("runtime/include/", "runtime/")
        units = {name.removesuffix(".h").replace("runtime/include/", "runtime/") for name in included(file)}
        graph.setdefault(unit, set()).update(units - {unit})
    assert "application/core" in graph["application/rows"]
    assert not circle(graph)


def test_headers_of_other_parts_are_included_only_where_they_may_be():
    for file in FILES:
        own = file.parent.relative_to(C_SOURCES).as_posix()
        assert {folder(header) for header in included(file)} <= INCLUDED[own], file


def test_files_use_one_another_one_way(sources):
    """Functions and data; the runtime names nothing of the application, nor do the kernels of anything else."""
    graph = used(compiled(sources))
    built = {file for file in FILES if file.suffix != ".h" and file.parent.name != APART}
    assert set(graph) == {file.relative_to(C_SOURCES).as_posix() for file in built}
    assert "application/core.c" in graph["application/rows.c"]
    assert not circle(graph)
    assert not overreaching(graph)


@pytest.mark.parametrize(
    ("file", "function", "owner"),
    [
        ("application/core.c", "rows_initialise", "application/rows.c"),
        ("runtime/processor.S", "pause_ticks", "runtime/events.c"),
        ("runtime/events.c", "learning_restart", "application/learning.c"),
    ],
)
def test_circle_that_is_put_in_is_found(sources, tmp_path, file, function, owner):
    copy = tmp_path / "c"
    shutil.copytree(sources, copy)
    call = f"void {function}(void);\nvoid put_in(void);\nvoid put_in(void) {{ {function}(); }}"
    with (copy / file).open("a") as source:
        source.write(f"\n.word {function}\n" if file.endswith(".S") else f"\n{call}\n")
    graph = used(compiled(copy))
    assert owner in graph[file]
    assert {file, owner} <= set(circle(graph))
    assert overreaching(graph) == ({file} if folder(file) != folder(owner) else set())
