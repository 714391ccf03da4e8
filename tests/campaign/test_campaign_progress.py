"""Lines about several runs."""

from __future__ import annotations

import io
import json

from campaign.small_runs import spec

from pynn_sfdfa.campaign.execution import Outcome
from pynn_sfdfa.campaign.progress import CampaignProgress


def write(one, epochs, last=None):
    one.folder.mkdir(exist_ok=True)
    lines = [json.dumps({"epoch": n, "test_accuracy": n / 10}) for n in range(1, epochs + 1)]
    (one.folder / "metrics.jsonl").write_text("\n".join([*lines, *([last] if last else [])]) + "\n")


def test_lines_tell_of_epochs_and_of_the_time_left(tmp_path):
    a, b = spec(tmp_path / "a", epochs=4), spec(tmp_path / "b", epochs=6)
    now, stream = [100.0], io.StringIO()
    write(a, 2)  # from before
    progress = CampaignProgress([a, b], stream, lambda: now[0])
    progress.look()
    assert stream.getvalue() == ""
    now[0] += 30.0
    write(b, 1)
    progress.look()
    progress.look()
    now[0] += 30.0
    write(b, 3)
    progress.end(Outcome("a", "it went wrong"))  # its two epochs are not waited for any longer
    now[0] += 30.0
    write(b, 6)
    progress.end(Outcome("b"))
    assert stream.getvalue().splitlines() == [
        "b  epoch 1/6  test 10.00 %  [3 of 10 epochs, about 3 min 30 s left]",
        "b  epoch 3/6  test 30.00 %  [5 of 10 epochs, about 1 min 40 s left]",
        "a  failed: it went wrong  [5 of 8 epochs, about 1 min 00 s left]",
        "b  epoch 6/6  test 60.00 %  [8 of 8 epochs]",
        "b  finished, test 60.00 %  [8 of 8 epochs]",
    ]


def test_damaged_metrics_do_not_stop_the_others(tmp_path):
    one, stream = spec(tmp_path / "a", epochs=4), io.StringIO()
    progress = CampaignProgress([one], stream)
    write(one, 0, last="{")
    progress.look()
    (one.folder / "metrics.jsonl").write_text("")
    progress.look()
    assert stream.getvalue() == ""
