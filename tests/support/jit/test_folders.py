"""Where machine code is kept: never stale, wherever the package is installed and whatever can be written."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numba
import pytest

import pynn_sfdfa
from pynn_sfdfa.support.jit import folders, jit

WEEK = 7 * 24 * 3600


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A folder of modules of the package: a kernel calls one of another module, which takes a constant of a third."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setattr(pynn_sfdfa, "__path__", [*pynn_sfdfa.__path__, str(folder)])
    sources = {
        "upper_kernel": """
            from typing import TYPE_CHECKING
            from pynn_sfdfa.support.jit import jit
            from pynn_sfdfa.middle_kernel import double
            if TYPE_CHECKING:
                from pynn_sfdfa.kernel_records import Record

            @jit
            def result(x):
                return double(x) + 1
        """,
        "middle_kernel": """
            from pynn_sfdfa import lower_constants
            from pynn_sfdfa.support.jit import jit

            FACTOR = lower_constants.FACTOR

            @jit
            def double(x):
                return FACTOR * x
        """,
        "lower_constants": "FACTOR = 2",
        "kernel_records": "Record = tuple",
        "unrelated": "import pynn_sfdfa.upper_kernel",
    }
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    return folder


def digest(path):
    for cached in (folders._read, folders._imported, folders._file):
        cached.cache_clear()
    return folders._digest(path)


@pytest.mark.parametrize("changed", ["upper_kernel", "middle_kernel", "lower_constants", "kernel_records"])
def test_digest_changes_with_every_source_that_is_compiled_in(modules, changed):
    before = digest(modules / "upper_kernel.py")
    with (modules / f"{changed}.py").open("a") as file:
        file.write("\n# another line")
    assert digest(modules / "upper_kernel.py") != before


def test_digest_changes_with_nothing_else(modules):
    before = digest(modules / "upper_kernel.py")
    (modules / "unrelated.py").write_text("OTHER = 1")
    assert digest(modules / "upper_kernel.py") == before
    assert digest(modules / "middle_kernel.py") != before


def test_digest_imports_nothing(modules):
    digest(modules / "upper_kernel.py")
    assert not {f"pynn_sfdfa.{file.stem}" for file in modules.glob("*.py")} & set(sys.modules)


def test_names_of_a_parenthesised_import_count(modules):
    (modules / "several.py").write_text("from pynn_sfdfa import (\n    lower_constants,\n    models as m,\n)\n")
    files = folders._imported((modules / "several.py").read_bytes())
    assert {file.parent.name for file in files} == {"modules", "models"}


def test_code_of_a_callee_that_changed_is_not_run_again(modules, tmp_path):
    """With numba's own cache the third run still gives 7."""
    assert _run(modules, tmp_path, NUMBA_CACHE_DIR=tmp_path / "cache") == ("7", "compiled")
    assert _run(modules, tmp_path, NUMBA_CACHE_DIR=tmp_path / "cache") == ("7", "loaded")
    (modules / "lower_constants.py").write_text("FACTOR = 5")
    assert _run(modules, tmp_path, NUMBA_CACHE_DIR=tmp_path / "cache") == ("16", "compiled")


def test_nothing_but_the_temporary_folder_can_be_written(modules, tmp_path):
    (tmp_path / "file").touch()
    nowhere = tmp_path / "file" / "below"  # not even root can make a folder below a file
    env = {"NUMBA_CACHE_DIR": nowhere, "XDG_CACHE_HOME": nowhere, "HOME": nowhere}
    assert _run(modules, tmp_path, **env) == ("7", "compiled")
    assert _run(modules, tmp_path, **env) == ("7", "loaded")


def _run(modules, folder, **env):
    """Run the kernel ``result`` on 3 in a new process; return its result and whether it was compiled."""
    script = (
        f"import pynn_sfdfa; pynn_sfdfa.__path__.append({str(modules)!r})\n"
        "from pynn_sfdfa.upper_kernel import result\n"
        "print(result(3), 'loaded' if result.stats.cache_hits else 'compiled')"
    )
    env = {**os.environ, "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **{k: str(v) for k, v in env.items()}}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(done.stdout.split())


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Cache folders of the test's own: ``own`` for $NUMBA_CACHE_DIR, ``user`` and ``temp``; none exists yet."""
    folders.cache_folder.cache_clear()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "own"))
    monkeypatch.setattr(folders.platformdirs, "user_cache_dir", lambda name: str(tmp_path / "user" / name))
    monkeypatch.setattr(folders.tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    folders.cache_folder.cache_clear()


def cache_folder():
    return Path(folders.cache_folder("some.module", Path(__file__)))


def test_first_choice_is_the_folder_that_the_user_named(cache):
    assert cache_folder().parent == cache / "own"
    assert cache_folder().is_dir()


def test_second_choice_is_the_users_cache(cache, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    assert cache_folder().parent == cache / "user/pynn-sfdfa/kernels"


def test_a_folder_that_cannot_be_written_is_passed_over(cache):
    (cache / "own").touch()
    assert cache_folder().parent == cache / "user/pynn-sfdfa/kernels"


def test_last_choice_is_a_temporary_folder_of_the_user_alone(cache):
    (cache / "own").touch()
    (cache / "user").touch()
    folder = cache_folder().parent
    assert folder == cache / f"pynn-sfdfa-{os.getuid()}"
    assert folder.stat().st_mode & 0o077 == 0


def nothing_can_be_written(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["tempfile.TemporaryFile", "pynn_sfdfa.support.files.write_bytes"])
def test_a_cache_that_cannot_be_written_is_done_without_and_told_of_once(cache, monkeypatch, where):
    folders.tell.cache_clear()
    monkeypatch.setattr(where, nothing_can_be_written)
    with pytest.warns(UserWarning, match="every start compiles anew.*set NUMBA_CACHE_DIR to") as told:
        assert [jit(lambda x, n=n: x + n)(1) for n in range(2)] == [1, 2]
    assert len(told) == 1
    assert not [path for path in cache.rglob("*") if path.is_file()]
    folders.tell.cache_clear()


@pytest.mark.parametrize("trap", ["link", "open to others"])
def test_a_temporary_folder_that_others_could_write_is_not_used(cache, trap):
    (cache / "own").touch()
    (cache / "user").touch()
    expected = cache / f"pynn-sfdfa-{os.getuid()}"
    if trap == "link":
        (cache / "elsewhere").mkdir(mode=0o700)
        expected.symlink_to(cache / "elsewhere")
    else:
        expected.mkdir()
        expected.chmod(0o777)
    folder = cache_folder()
    assert folder.parent.parent == cache
    assert folder.parent.resolve() not in {expected, cache / "elsewhere"}
    assert folder.parent.stat().st_mode & 0o077 == 0


def test_versions_that_nobody_uses_any_more_are_removed(cache):
    unused, used, other = (cache / "own" / name for name in ("some.module-1", "some.module-2", "another.module-1"))
    for folder, age in ((unused, WEEK + 60), (used, WEEK - 60), (other, 2 * WEEK)):
        folder.mkdir(parents=True)
        os.utime(folder, (time.time() - age,) * 2)
    new = cache_folder()
    assert set((cache / "own").iterdir()) == {new, used, other}


def test_using_a_version_keeps_it(cache):
    folder = cache_folder()
    os.utime(folder, (0, 0))
    folders.cache_folder.cache_clear()
    assert cache_folder() == folder
    assert time.time() - folder.stat().st_mtime < 60


def test_numbas_own_setting_is_left_alone(cache):
    compiled = jit(lambda x: x + 1)
    assert compiled(1) == 2
    assert Path(numba.config.CACHE_DIR) == cache / "own"
    assert list((cache / "own").rglob("*.kernel"))


def test_code_without_a_file_is_compiled_without_a_cache(cache):
    names = {"jit": jit}
    exec("@jit\ndef successor(x):\n    return x + 1", names)
    assert names["successor"](1) == 2
    assert not (cache / "own").exists()
