"""A process that compiles kernels for another: names come in, one a line, and go back when the code is on disk."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Compile until there are no more names, or the other process has ended."""
    print("ready", flush=True)
    for line in sys.stdin:
        module, _, name = line.strip().partition(":")
        kernel: Any = getattr(_module(module), name)
        kernel.compile(kernel.declared)
        print(line, end="", flush=True)


def _module(name: str) -> Any:
    """Import a module of kernels without the packages above it, which import PyNN: that takes longer than compiling."""
    parent = ""
    for part in name.split(".")[:-1]:
        parent = f"{parent}.{part}".lstrip(".")
        if parent not in sys.modules:
            spec = importlib.util.find_spec(parent)
            assert spec is not None
            sys.modules[parent] = importlib.util.module_from_spec(spec)
    return importlib.import_module(name)
