"""Adding runs to a table that is there: what the folders of runs no longer hold stays in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.campaign.results import distinct, of_rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pynn_sfdfa.campaign.spec import RunSpec

__all__ = ["EarlierTableError", "left_to_run", "with_earlier"]


class EarlierTableError(ValueError):
    """A table that runs cannot be added to; the message says why and what to do."""


def with_earlier(report: Mapping[str, Any], earlier: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a result with those runs of an earlier one, of the same settings, that it does not have itself.

    Parameters
    ----------
    report, earlier : mapping
        As `result` returns them.
    name : str
        What messages call the earlier one.

    Raises
    ------
    EarlierTableError
        If the earlier one has other settings, or is no such result.
    """
    try:
        order = list(report["settings"]["rules"]).index
        kept = sorted(earlier["rules"], key=order)
        if _settings(earlier, kept) != _settings(report, kept):
            raise EarlierTableError(
                f"{name} is of runs with other settings: leave out --add to write it anew, "
                "or name another folder with --results."
            )
        rules: dict[str, Any] = {}
        for rule in sorted({**report["rules"], **earlier["rules"]}, key=order):
            own, before = (of["rules"].get(rule, {}) for of in (report, earlier))
            entries = (_joined(own.get(kind, []), before.get(kind, [])) for kind in ("runs", "held_out_runs"))
            rules[rule] = of_rule(report["table"], rule, *entries)
        return {**report, "rules": rules, "made_with": distinct([*earlier["made_with"], *report["made_with"]])}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, EarlierTableError):
            raise
        raise EarlierTableError(f"{name} is no table of pynn-sfdfa reproduce; leave out --add to replace it.") from None


def left_to_run(runs: Sequence[RunSpec], held_out: Sequence[RunSpec], report: Mapping[str, Any]) -> list[RunSpec]:
    """Return those runs, and those with held-out samples, of which a result has no figures."""
    left: list[RunSpec] = []
    for kind, specs in (("runs", runs), ("held_out_runs", held_out)):
        stand = {(rule, run["seed"]) for rule, entries in report["rules"].items() for run in entries[kind]}
        left += [spec for spec in specs if (spec.rule, spec.seed) not in stand]
    return left


def _settings(report: Mapping[str, Any], rules: Sequence[str]) -> dict[str, Any]:
    """Return the settings that runs with these rules depend on."""
    return {**report["settings"], "rules": {rule: report["settings"]["rules"][rule] for rule in rules}}


def _joined(own: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the runs of all seeds, in their order."""
    by_seed = {run["seed"]: run for run in [*before, *own]}
    return [by_seed[seed] for seed in sorted(by_seed)]
