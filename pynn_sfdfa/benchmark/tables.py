"""Reports as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.benchmark.peers.base import STEP
from pynn_sfdfa.benchmark.peers.comparison import INSTALL
from pynn_sfdfa.benchmark.work import FORMULA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CLOCKS", "learning_table", "memory_table", "peers_table", "speed_table", "start_up_table"]

_RATES = ("training", "inference", "online", "baseline training", "baseline inference")
CLOCKS = {"processor": "processor time", "wall": "the time of the clock"}
_UNITS = {"gflops": "GFLOP/s", "gb_per_s": "GB/s"}


def speed_table(report: dict[str, Any]) -> str:
    """Return the report of `measure_speed` as text."""
    return "\n".join(_speed_lines(report))


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines of aligned columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def machine_line(machine: dict[str, Any]) -> str:
    """Return the machine in one line."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads used, load average "
        f"{machine['load_average']:.2f}; Python {machine['python']}, numba {machine['numba']}; {machine['date']}"
    )


def spread(values: dict[str, float], digits: int) -> tuple[str, str]:
    """Return the median, and lowest to highest."""
    return f"{values['median']:,.{digits}f}", f"{values['low']:,.{digits}f} - {values['high']:,.{digits}f}"


def _speed_lines(report: dict[str, Any]) -> Iterator[str]:
    task, times = report["task"], report["ms_per_sample"]
    yield from _head(report)
    warm = task["warm_up"]
    hidden, output = warm["spikes_per_sample"]
    yield f"Images: {task['images']}"
    yield (
        f"Network {'-'.join(map(str, task['sizes']))}, batch {task['batch_size']}, after {warm['epochs']} epochs of "
        f"{warm['samples']} samples: test accuracy {100 * warm['test_accuracy']:.1f} %."
    )
    yield (
        f"Per sample {task['events_per_sample']:.0f} input spikes at {task['groups_per_sample']:.0f} times, "
        f"{hidden:.0f} hidden and {output:.0f} output spikes."
    )
    yield f"Medians and range of {task['repetitions']} alternating runs of {task['samples']} samples."
    yield ""
    rows = [("", "samples/s", "ms/sample", "range")]
    for name, values in times.items():
        rate = f"{1e3 / values['median']:,.0f}" if name in _RATES else ""
        rows.append((name, rate, *spread(values, 4)))
    yield from columns(rows)
    yield ""
    yield from columns([("ratio of times", "", "range"), *((k, *spread(v, 2)) for k, v in report["ratios"].items())])
    yield ""
    yield from _limit_lines(report)
    yield ""
    yield FORMULA


def _limit_lines(report: dict[str, Any]) -> Iterator[str]:
    work, limits, fractions = (report[key] for key in ("work_per_sample", "limits", "fractions"))
    rows = [("work per sample", *work), ("operations", *(f"{one['operations']:,.0f}" for one in work.values()))]
    rows.append(("bytes", *(f"{one['bytes']:,.0f}" for one in work.values())))
    yield from columns(rows)
    yield ""
    rows = [("limit of the machine, and part reached", "", *work)]
    for name, limit in limits.items():
        level, _, unit = name.partition("_")
        label = "multiply-add peak" if level == "multiply" else f"{level} bandwidth"
        unit = next(text for key, text in _UNITS.items() if name.endswith(key))
        rows.append((label, f"{limit:,.1f} {unit}", *(f"{100 * fractions[run][name]:.0f} %" for run in work)))
    yield from columns(rows)


def peers_table(report: dict[str, Any]) -> str:
    """Return the report of `measure_peers` as text."""
    task = report["task"]
    times = "once" if task["epochs"] == 1 else f"{task['epochs']} times"
    rows = [("", "training ms", "ratio", "inference ms", "ratio", "test accuracy")]
    for name, one in report["networks"].items():
        rows.append(
            (
                f"{name} {one['version']}",
                f"{one['training_ms']['median']:.3f}",
                f"{one['training_ratio']['median']:.1f}",
                f"{one['inference_ms']['median']:.3f}",
                f"{one['inference_ratio']['median']:.1f}",
                f"{100 * one['test_accuracy']:.1f} %",
            )
        )
    lines = [
        *_head(report),
        f"Samples: {task['images']}",
        f"{task['experiment']}: {'-'.join(map(str, task['sizes']))} neurons, batch {task['batch_size']}, "
        f"{task['train_samples']} samples learned {times} from scratch in turn, {task['test_samples']} tested; a "
        f"sample, medians of {CLOCKS[task['clock']]}. Peers: LIF neurons, steps of {STEP:g} ms, surrogate gradients; "
        "the same loss, and Adam with the same settings.",
        "",
        *columns(rows),
    ]
    return "\n".join([*lines, *_missing(report)])


def _missing(report: dict[str, Any]) -> list[str]:
    if not report["missing"]:
        return []
    return ["", f"Not installed: {', '.join(report['missing'])}. To compare with them: {INSTALL}"]


def learning_table(report: dict[str, Any]) -> str:
    """Return the report of `measure_learning` as text."""
    task, systems = report["task"], report["systems"]
    levels = list(next(iter(systems.values()))["seconds_to"])
    to = {level: [one["seconds_to"][level] for one in systems.values()] for level in levels}
    least = {level: min((taken for taken in to[level] if taken is not None), default=None) for level in levels}
    rows = [("seconds to", *(f"{100 * float(level):g} %" for level in levels), "best", "samples", "ms a sample")]
    for name, one in systems.items():
        cells = [_beside(one["seconds_to"][level], least[level]) for level in levels]
        best, last = max(point["test_accuracy"] for point in one["curve"]), one["curve"][-1]
        each = f"{1e3 * last['seconds'] / last['samples']:.3f}"
        rows.append((f"{name}, {one['version']}", *cells, f"{100 * best:.1f} %", f"{last['samples']:,}", each))
    lines = [
        *_head(report),
        f"Samples: {task['images']}",
        f"{'-'.join(map(str, task['sizes']))} neurons, batch {task['batch_size']}; {task['train_samples']} training "
        f"samples in the same order for all, each network trained for {task['seconds']:g} s, in turn. Seconds are "
        f"{CLOCKS[task['clock']]} of training alone, to the first test ({task['test_samples']} samples) with that "
        f"accuracy; in brackets how many times those of the fastest. -: not within {task['seconds']:g} s. Peers: LIF "
        f"neurons, steps of {STEP:g} ms, surrogate gradients; the same loss, and Adam with the same settings.",
        *(f"{name}: {one['settings']}" for name, one in systems.items() if one["settings"]),
        "",
        *columns(rows),
    ]
    return "\n".join([*lines, *_missing(report)])


def _beside(seconds: float | None, least: float | None) -> str:
    return "-" if seconds is None or least is None else f"{seconds:.1f} ({seconds / least:.1f}x)"


def start_up_table(report: dict[str, Any]) -> str:
    """Return the report of `measure_start_up` as text."""
    rows = [("pynn-sfdfa", "seconds", "range", "of processor time", "range")]
    for name, taken in report["seconds"].items():
        rows.append((name, *spread(taken, 2), *spread(report["processor_seconds"][name], 2)))
    return "\n".join([*_head(report), "", *columns(rows)])


def memory_table(report: dict[str, Any]) -> str:
    """Return the report of `measure_memory` as text."""
    return f"pynn-sfdfa train mnist --epochs 1: {report['peak_rss_mb']:,.0f} MB at most (1 MB is 10^6 bytes)."


def _head(report: dict[str, Any]) -> list[str]:
    return [machine_line(report["machine"]), *(f"Warning: {warning}" for warning in report["warnings"])]
