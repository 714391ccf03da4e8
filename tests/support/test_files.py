from __future__ import annotations

import ast
import os
import subprocess
import sys
import time

import pytest
from package_sources import MODULES, ROOT

from pynn_sfdfa.support import files


def test_creates_and_replaces(tmp_path):
    path = tmp_path / "summary.json"
    files.write_text(path, "première\n")
    files.write_text(path, "zweite Fassung\n")
    assert path.read_text(encoding="utf-8") == "zweite Fassung\n"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_kept_exactly(tmp_path):
    content = bytes(range(256)) + b"\r\n"
    files.write_bytes(tmp_path / "x", content)
    assert (tmp_path / "x").read_bytes() == content


def test_obeys_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        files.write_text(tmp_path / "x", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "last.safetensors"
    files.write_text(path, "old")

    def disk_full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(files.WriteError, match=r"last\.safetensors cannot be written: No space .*; free some space"):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_of_the_same_name_is_an_error(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(files.WriteError, match=r"x cannot be written: Is a directory; move away the folder"):
        files.write_text(tmp_path / "x", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(
        files.WriteError, match=r"nowhere/x cannot be written: No such file or .*; make its folder first"
    ):
        files.write_text(tmp_path / "nowhere" / "x", "x")


WRITER = """
import sys
from pynn_sfdfa.support import files
print("ready", flush=True)
while True:
    for letter in "ab":
        files.write_text(sys.argv[1], letter * 300_000)
"""


def test_a_kill_leaves_a_whole_file(tmp_path):
    path = tmp_path / "x"
    for delay in (0.0, 0.003, 0.011):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        while not path.exists():
            time.sleep(0.001)
        time.sleep(delay)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        content = path.read_text()
        assert len(content) == 300_000
        assert len(set(content)) == 1
    files.remove_partial(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_remove_partial_takes_nothing_else(tmp_path):
    for name in (".x.12345678.partial", ".hidden", "x.partial"):
        (tmp_path / name).touch()
    files.remove_partial(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".hidden", "x.partial"}


ELSEWHERE = {
    "files": "this is where it is done",
    "datasets/download": "a file that is verified piece by piece before it gets its name",
    "campaign/cluster": "to nowhere",
    "commands/streams": "to nowhere",
    "spiNNaker/silence": "to nowhere",
    "portal/client": "in a temporary folder",
    "portal/results": "in a temporary folder, which gets its name when it is complete",
}
"""Modules that write in another way, and why they may."""


def writes(node):
    """Whether a part of a source writes a file by itself."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    if name in ("write_text", "write_bytes"):
        return isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "files"
    modes = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
    return name in ("copyfile", "savez", "savetxt") or (name == "open" and bool({"w", "wb", "x", "ab"} & {*modes}))


def test_nothing_is_written_in_another_way():
    scripts = [file for folder in ("benchmarks", "docs", "examples") for file in (ROOT / folder).glob("*.py")]
    found = {
        str(file.relative_to(ROOT).with_suffix(""))
        for file in [*MODULES.values(), *scripts]
        if any(map(writes, ast.walk(ast.parse(file.read_text(encoding="utf-8")))))
    }
    assert {name for name in found if not name.endswith(tuple(ELSEWHERE))} == set()
