"""A disk that fails when a test wants it to: ``faults.c``, compiled, and processes that run on it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
DRIVER = Path(__file__).with_name("driver.py")


def compiled(folder):
    """Compile the library into a folder; return its path."""
    library = folder / "libfaults.so"
    compiler = shutil.which("gcc") or shutil.which("cc")
    flags = ("-std=gnu11", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror")
    subprocess.run([compiler, *flags, "-o", library, SOURCE, "-ldl"], check=True)
    return library


def driven(library, scenarios):
    """Have scenarios of the driver run on the failing disk, each with its options; return what it reports of each."""
    environment = {**os.environ, "LD_PRELOAD": str(library)}
    words = [sys.executable, DRIVER, library, json.dumps(scenarios)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


class Disk:
    """Controls the library from within a process that it is loaded into."""

    def __init__(self, library):
        self._library = ctypes.CDLL(str(library))
        self._library.faults_count.restype = ctypes.c_long
        self._library.faults_last.restype = ctypes.c_char_p

    def fail(self, folder, call, number, for_good):
        """Let one call below a folder fail, counted from 1; ``for_good`` also all after it."""
        self._library.faults_fail(str(folder).encode(), ctypes.c_long(call), number, for_good)

    def limit(self, folder, size):
        """Give a folder so many bytes and no more."""
        self._library.faults_limit(str(folder).encode(), ctypes.c_long(size))

    def works_again(self):
        """Let nothing fail any more."""
        self._library.faults_off()

    @property
    def calls(self):
        """How many calls there have been."""
        return self._library.faults_count()

    @property
    def last(self):
        """The call that failed: what it was to do, and the path."""
        return self._library.faults_last().decode()
