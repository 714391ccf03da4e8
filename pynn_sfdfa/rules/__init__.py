"""Learning rules, one a file, behind one interface. To add one: write its file and list it here."""

from pynn_sfdfa.rules.base import LearningRule, Trials
from pynn_sfdfa.rules.bp import BP
from pynn_sfdfa.rules.dfa import DFA
from pynn_sfdfa.rules.sfdfa import SFDFA

RULES: dict[str, type[LearningRule]] = {rule.name: rule for rule in (SFDFA, DFA, BP)}
"""Name of each rule in configurations and at the command line."""

__all__ = ["BP", "DFA", "RULES", "SFDFA", "LearningRule", "Trials"]
