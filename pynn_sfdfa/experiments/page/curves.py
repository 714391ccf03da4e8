"""The curves of a run, and its settings, as pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.experiments.toml import format_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["curves", "flat_settings", "grouped", "layer_names", "percent", "rounded"]

Curve = dict[str, Any]


def rounded(value: float) -> float:
    """Return a number with as many digits as a picture can show."""
    return float(f"{value:.5g}")


def percent(fraction: float) -> str:
    """Return a fraction as it is printed."""
    return f"{100 * fraction:.2f} %"


def curves(records: Sequence[EpochRecord]) -> list[Curve]:
    """Return what is drawn over the epochs: a dict for each picture, with its title, unit and lines.

    A line has a name, one value an epoch, and ``dashed`` if it is of training samples.
    """
    validated = all(record.validation_accuracy is not None for record in records)
    accuracy = [_line("test", [100 * r.test_accuracy for r in records])]
    if validated:
        accuracy.append(_line("validation", [100 * (r.validation_accuracy or 0.0) for r in records]))
    accuracy.append(_line("training", [100 * r.train_accuracy for r in records], dashed=True))
    loss = [
        _line("test", [r.test_loss for r in records]),
        _line("training", [r.train_loss for r in records], dashed=True),
    ]
    names = layer_names(len(records[0].spikes_per_sample))
    found = [
        {"title": "Accuracy", "unit": "%", "lines": accuracy},
        {"title": "Loss", "unit": "", "lines": loss},
        {
            "title": "Spikes per training sample",
            "unit": "",
            "lines": [_line(n, [r.spikes_per_sample[k] for r in records]) for k, n in enumerate(names)],
        },
        {
            "title": "Silent neurons",
            "unit": "%",
            "lines": [_line(n, [100 * r.silent_fraction[k] for r in records]) for k, n in enumerate(names)],
        },
    ]
    if any(records[0].alignment):
        aligned = [_line(n, [r.alignment[k] for r in records]) for k, n in enumerate(names[:-1])]
        found.append({"title": "Alignment of feedback (cosine)", "unit": "", "lines": aligned})
    return found


def layer_names(n: int) -> list[str]:
    """Return what the layers of neurons are called, from the first hidden one to the output."""
    return [f"hidden {k}" for k in range(1, n)] + ["output"]


def _line(name: str, values: Sequence[float], *, dashed: bool = False) -> Curve:
    return {"name": name, "values": [rounded(value) for value in values], "dashed": dashed}


def flat_settings(settings: Experiment) -> dict[str, str]:
    """Return all settings by dotted key, as TOML spells them; only the table of the rule that was learned by."""
    tables = settings.settings()
    tables["rules"] = {name: table for name, table in tables["rules"].items() if name == settings.learning.rule}
    return dict(_flat(tables, ""))


def _flat(value: Any, path: str) -> list[tuple[str, str]]:
    inner: Iterable[tuple[str, Any]]
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        inner = ((str(number), item) for number, item in enumerate(value, start=1))
    else:
        return [(path, format_value(value))]
    return [pair for key, item in inner for pair in _flat(item, f"{path}.{key}" if path else str(key))]


def grouped(flat: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return settings in the tables that they stand in, in order."""
    tables: dict[str, list[list[str]]] = {}
    for key, value in flat.items():
        table, _, name = key.rpartition(".")
        tables.setdefault(table, []).append([name, value])
    return [{"table": table, "rows": rows} for table, rows in tables.items()]
