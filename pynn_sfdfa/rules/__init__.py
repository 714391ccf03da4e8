"""Learning rules, one a file, put together from parts. To add one, write its file."""

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.rules.bp import BP
from pynn_sfdfa.rules.by_surrogate import EProp, SuperSpike
from pynn_sfdfa.rules.combination import Combination
from pynn_sfdfa.rules.dfa import DFA
from pynn_sfdfa.rules.hm2bp import HM2BP
from pynn_sfdfa.rules.learning_rule import LearningRule
from pynn_sfdfa.rules.sfdfa import SFDFA
from pynn_sfdfa.support.registry import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    RULES: Mapping[str, type[LearningRule]]
    """Name of each rule in configurations and at the command line."""

__all__ = ["BP", "DFA", "HM2BP", "RULES", "SFDFA", "Combination", "EProp", "LearningRule", "SuperSpike"]


def __getattr__(name: str) -> Any:
    if name == "RULES":
        return registry("pynn_sfdfa.rules", LearningRule)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
