"""Learning rules, one a file, put together from parts. To add one, write its file."""

from pynn_sfdfa.rules.bp import BP
from pynn_sfdfa.rules.combination import Combination
from pynn_sfdfa.rules.dfa import DFA
from pynn_sfdfa.rules.learning_rule import LearningRule
from pynn_sfdfa.rules.sfdfa import SFDFA

RULES: dict[str, type[LearningRule]] = {rule.name: rule for rule in (SFDFA, DFA, BP)}
"""Name of each rule in configurations and at the command line."""

__all__ = ["BP", "DFA", "RULES", "SFDFA", "Combination", "LearningRule"]
