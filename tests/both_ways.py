"""Scripts that run twice: with compiled kernels, and as plain Python, which lets coverage see the kernels' lines."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np


def both_ways(script, folder, on_overflow, path=()):
    """Return the arrays that a script writes with compiled kernels, and those that it writes with interpreted ones.

    Parameters
    ----------
    script : Path
        Takes the name of an npz file to write.
    folder : Path
        For what it writes.
    on_overflow : {"error", "ignore"}
        What becomes of warnings of Python's numbers, which overflow where compiled ones wrap around.
    path : sequence of Path
        Folders from which it imports.
    """
    compiled = _run(script, folder / "compiled.npz", on_overflow, path, compiled=True)
    return compiled, _run(script, folder / "interpreted.npz", on_overflow, path, compiled=False)


def _run(script, out, on_overflow, path, *, compiled):
    places = os.pathsep.join([*map(str, path), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**os.environ, "NUMBA_DISABLE_JIT": str(int(not compiled)), "PYTHONPATH": places}
    command = [sys.executable, "-W", f"{on_overflow}::RuntimeWarning", str(script), str(out)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return np.load(out)
