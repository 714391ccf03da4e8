from __future__ import annotations

import io
import re

import pytest
from epoch_records import epoch_record
from rich.console import Console

from pynn_sfdfa.experiments.progress import PlainProgress, ProgressBar, progress_for
from pynn_sfdfa.support.wording import format_duration
from pynn_sfdfa.training.callbacks import FitStart, Progress


class Clock:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self):
        return self.now


def record(epoch):
    losses, spikes = {"train_loss": 12.5, "test_loss": 14.0}, (123.4, 45.6)
    return epoch_record(
        epoch, **losses, test_accuracy=0.8765, spikes_per_sample=spikes, seconds=4.0, samples_per_second=50.0
    )


def bar_on_a_terminal(width=80):
    clock, stream = Clock(), io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system=None, width=width, legacy_windows=False)
    return ProgressBar(console, clock), clock, stream


def train(callback, clock, *, epochs=3, first_epoch=1, batches=4, seconds_per_batch=1.0, first_batch=50.0):
    """Tell a callback about a run of batches of 10 samples whose first batch takes longer."""
    callback.on_fit_start(FitStart(epochs, first_epoch, batches, 10 * batches, 20, 0, (64, 100, 10)))
    seconds = first_batch
    for epoch in range(first_epoch, epochs + 1):
        for batch in range(1, batches + 1):
            clock.now += seconds
            seconds = seconds_per_batch
            callback.on_batch_end(Progress(epoch, batch, 10 * batch, 20.0, 0.5, (100.0, 40.0)))
        callback.on_epoch_end(record(epoch))
    callback.on_fit_end()


def plain_lines(**options):
    clock, stream = Clock(), io.StringIO()
    train(PlainProgress(stream, clock), clock, **options)
    return stream.getvalue().splitlines()


def test_plain_lines_of_a_quick_run_are_one_an_epoch():
    lines = plain_lines(first_batch=1.0)
    figures = "loss 12.500  train 90.00 %  test 87.65 %  spikes/sample 123 + 46  4.0 s"
    assert lines == [
        f"epoch 1/3  {figures}  8 s left",
        f"epoch 2/3  {figures}  4 s left",
        f"epoch 3/3  {figures}",
    ]


def test_samples_held_out_for_validation_are_told_of_first():
    told = "20 samples are held out for validation: they choose the best epoch"
    start, stream = FitStart(1, 1, 4, 40, 20, 20, (64, 100, 10)), io.StringIO()
    bar = ProgressBar(Console(file=stream, force_terminal=True, color_system=None, width=40), Clock())
    for callback in (PlainProgress(stream, Clock()), bar):
        callback.on_fit_start(start)
        assert told in stream.getvalue()
        stream.truncate(0)
    bar.on_fit_end()


def test_plain_lines_within_an_epoch_come_at_most_every_ten_seconds():
    lines = plain_lines(epochs=1, batches=30, seconds_per_batch=3.0, first_batch=3.0)
    within = [line for line in lines if "samples" in line]
    assert [int(re.search(r"(\d+)/300 samples", line)[1]) for line in within] == [40, 80, 120, 160, 200, 240, 280]
    assert within[0] == (
        "epoch 1/1  40/300 samples  loss 20.000  accuracy 50.00 %  spikes/sample 100 + 40  1 min 18 s left"
    )


def test_time_left_leaves_out_the_compilation_in_the_first_batch():
    assert plain_lines(first_batch=50.0)[1].endswith("  8 s left")


def test_time_left_of_a_resumed_run_counts_its_own_epochs():
    lines = plain_lines(first_batch=1.0, first_epoch=9, epochs=10)
    assert lines[0].startswith("epoch  9/10")
    assert lines[0].endswith("  4 s left")


def test_bar_shows_figures_and_leaves_a_line_per_epoch():
    bar, clock, stream = bar_on_a_terminal(width=100)
    train(bar, clock)
    text = stream.getvalue()
    assert len(re.findall(r"epoch \d/3  loss 12\.500  train 90\.00 %  test 87\.65 %", text)) == 3
    assert re.search(r"loss 20\.00  accuracy 50\.0 %  spikes 100 \+ 40  8 s left", text)


def test_bar_fits_a_terminal_of_80_columns():
    bar, clock, stream = bar_on_a_terminal()
    train(bar, clock, seconds_per_batch=300.0)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    bars = [line for line in re.split(r"[\r\n]", shown) if "━" in line]
    assert bars
    assert max(map(len, bars)) <= 80
    assert "loss 20.00  accuracy 50.0 %  spikes 100 + 40  40 min 00 s left" in shown


def compiling(callback, clock, reports):
    """Tell a callback about kernels that are compiled, one every seven seconds."""
    callback.on_fit_start(FitStart(1, 1, 4, 40, 20, 0, (64, 100, 10)))
    for done in range(reports + 1):
        callback.on_compile(done, reports)
        clock.now += 7.0


def test_plain_lines_say_that_kernels_are_compiled_and_how_long_it_took():
    clock, stream = Clock(), io.StringIO()
    compiling(PlainProgress(stream, clock), clock, 5)
    assert stream.getvalue().splitlines() == [
        "compiling 5 kernels (once: later runs load them)",
        "compiling (once)  2/5 kernels",
        "compiling (once)  4/5 kernels",
        "compiled in 35.0 s",
    ]


def test_the_bar_shows_how_much_is_compiled_and_then_the_run():
    bar, clock, stream = bar_on_a_terminal()
    compiling(bar, clock, 5)
    bar._bar.refresh()
    bar.on_batch_end(Progress(1, 1, 10, 20.0, 0.5, (100.0, 40.0)))
    bar.on_fit_end()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"compiling \(once\) ━+ 5/5 kernels", shown)
    assert "epoch 1/1" in shown[shown.index("5/5 kernels") :]
    (task,) = bar._bar.tasks
    assert (task.completed, task.total) == (1, 4)


def long_stretch(callback, clock):
    """Tell a callback about an epoch of 40 samples that are one item, reported every ten seconds."""
    callback.on_fit_start(FitStart(1, 1, 40, 40, 20, 0, (64, 100, 10)))
    clock.now += 60.0  # preparation
    for samples in (0, 10, 20, 30, 40):
        callback.on_samples(1, samples)
        clock.now += 11.0
    callback.on_batch_end(Progress(1, 40, 40, 20.0, 0.5, (100.0, 40.0)))
    callback.on_epoch_end(record(1))
    callback.on_fit_end()


def test_plain_lines_within_a_long_stretch_leave_out_the_preparation():
    clock, stream = Clock(), io.StringIO()
    long_stretch(PlainProgress(stream, clock), clock)
    assert stream.getvalue().splitlines()[:-1] == [
        "epoch 1/1  0/40 samples",
        "epoch 1/1  10/40 samples  33 s left",
        "epoch 1/1  20/40 samples  22 s left",
        "epoch 1/1  30/40 samples  11 s left",
        "epoch 1/1  40/40 samples  0 s left",
    ]


def test_the_bar_moves_within_a_long_stretch():
    bar, clock, stream = bar_on_a_terminal()
    bar.on_fit_start(FitStart(1, 1, 40, 40, 20, 0, (64, 100, 10)))
    bar.on_samples(1, 0)
    clock.now += 11.0
    bar.on_samples(1, 30)
    bar.on_fit_end()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "30/40 samples  4 s left" in shown


def test_choice_by_stream():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert isinstance(progress_for(Terminal()), ProgressBar)
    assert isinstance(progress_for(io.StringIO()), PlainProgress)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations(seconds, text):
    assert format_duration(seconds) == text
