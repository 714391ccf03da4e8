"""What all Brian2 groups of a population share: parameters as arrays that can be read, checked and set at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Parameters"]


class Parameters:
    """Mixed into a Brian2 group; parameters have their native names and are quantities of Brian2."""

    def parameter(self, name: str) -> Any:
        """Return a parameter of all neurons, shape (n,); a new array."""
        return getattr(self, name)[:].copy()

    def check(self, changed: Mapping[str, Any]) -> None:
        """Raise InvalidParameterValueError unless parameters can take these values, each of shape (n,)."""

    def take(self, changed: Mapping[str, Any]) -> None:
        """Set parameters from the present time on, having checked them."""
        for name, values in changed.items():
            setattr(self, name, values)

    def write(self, changed: Mapping[str, Any]) -> None:
        """Check parameters, then set them: if one is not valid, none is changed."""
        self.check(changed)
        self.take(changed)

    def with_others(self, changed: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
        """Return all parameters of those names as they would be with some changed."""
        return {name: changed[name] if name in changed else self.parameter(name) for name in names}

    def check_run(self, start: float, stop: float) -> None:
        """Raise ValueError unless the group can be simulated from ``start`` to ``stop`` ms."""

    def begin_run(self, start: float, stop: float) -> None:
        """Prepare for a run from ``start`` to ``stop`` ms."""

    def set_state(self, name: str, values: Any, indices: Any) -> None:
        """Set a state variable of some neurons at the present time."""
        getattr(self, name)[indices] = values
