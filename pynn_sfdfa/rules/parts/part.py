"""What all parts of a rule have in common: a name, settings, and what they need of a simulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa.support.settings import Computing

if TYPE_CHECKING:
    from pynn_sfdfa.common.needs import Need

__all__ = ["Part"]


@dataclass(frozen=True)
class Part(Computing):
    """A part of a rule: settings only; subclasses are frozen dataclasses."""

    needs: ClassVar[frozenset[Need]] = frozenset()
    """What a simulator must offer."""
    hooks: ClassVar[dict[str, Need]] = {}
    """Methods that simulators with synapses of their own do not call, and what a simulator that does offers.

    A part that defines one of them needs that, unless the same class says by ``needs`` how simulators do without.
    """
    asks: ClassVar[tuple[str, ...]] = ()
    """The methods of `pynn_sfdfa.rules.trials.Trials` that it calls and other parts do not, for the same reason."""

    @property
    def all_needs(self) -> frozenset[Need]:
        """What a simulator must offer for these settings: `needs`, and more if a subclass says so."""
        return self.needs

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = {cls.hooks[method] for method in vars(cls) if method in cls.hooks}
        if own and not {"needs", "hooks"} & set(vars(cls)):
            cls.needs = cls.needs | own
