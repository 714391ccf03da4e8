"""Reference page of which rule and part runs on which simulator, made from what they need and what those offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import SIMULATORS
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.registry import registry

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = """# What runs where

Rules are put together from parts. A part says what it needs of a simulator, and a simulator what it offers; this is
both. What scripts can do on each simulator is on [another page](../simulators.md).
"""
_PARTS = {"transport": Transport, "feedback": Feedback, "local_gradient": LocalGradient}


def page() -> str:
    """Return the page."""
    names = [f"`{simulator.name}`" for simulator in SIMULATORS]
    text = f"{HEAD}\n## Parts of rules\n\n| part | | {' | '.join(names)} |\n{_rule(2 + len(names))}"
    for key, base in _PARTS.items():
        for name, part in registry("pynn_sfdfa.rules.parts", base).items():
            text += f"| {key} | `{name}` | {' | '.join(_answers(part.needs))} |\n"
    text += f"\n## What a simulator offers\n\n| | {' | '.join(names)} |\n{_rule(1 + len(names))}"
    for need in Need:
        text += f"| {need.value} | {' | '.join(_answers([need]))} |\n"
    return text


def _answers(needs: Iterable[Need]) -> list[str]:
    return ["yes" if set(needs) <= simulator.offers else "no" for simulator in SIMULATORS]


def _rule(columns: int) -> str:
    return f"|{' --- |' * columns}\n"
