"""The machine code of one function on disk: a file for each signature, whole or not there.

Numba numbers its files and keeps an index of them. Two processes that compile a function for different types, or one
that is killed between index and file, can leave an index that names the code of other types; such code is run. A file
whose name follows from the signature cannot be another's.
"""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from pynn_sfdfa.support import files
from pynn_sfdfa.support.jit.folders import tell

__all__ = ["Cache"]

_DIGEST = hashlib.sha256().digest_size


class Cache(FunctionCache):
    """What numba asks for machine code and gives it to."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = _Files(Path(self.cache_path), self._impl.filename_base)

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return the code for a signature, ready to run; None if there is none.

        Numba tells its context first of everything that it can compile, 200 modules, which takes longer than to load
        the kernels of a training. Code that has been compiled needs only the runtime; the compiler tells the context
        again.
        """
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, target_context)

    def holds(self, signature: tuple[Any, ...], codegen: Any) -> bool:
        """Return whether there is code for arguments of these types."""
        return self._cache_file.path(self._index_key(signature, codegen)).exists()


class _Files:
    """The part of numba's ``IndexDataCacheFile`` that `Cache` uses, without an index.

    A key is numba's: types of the arguments, processor, and digests of the function's byte code and closure. The folder
    follows from the sources, so there is no other version of them in it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def path(self, key: Any) -> Path:
        digest = hashlib.sha256(f"{numba.__version__} {key}".encode()).hexdigest()
        return self._folder / f"{self._name}.{digest[:16]}.kernel"

    def load(self, key: Any) -> Any:
        """Return what was saved for a key; None if there is nothing, or it is damaged."""
        try:
            content = self.path(key).read_bytes()
        except OSError:
            return None
        payload = content[_DIGEST:]
        if hashlib.sha256(payload).digest() != content[:_DIGEST]:
            return None
        saved_key, data = pickle.loads(payload)
        return data if saved_key == key else None

    def save(self, key: Any, data: Any) -> None:
        """Save data for a key; a disk that is full only means that it is compiled again."""
        payload = dumps((key, data))
        try:
            files.write_bytes(self.path(key), hashlib.sha256(payload).digest() + payload)
        except OSError:
            tell()
