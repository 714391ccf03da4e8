"""Ctrl-C and SIGTERM, at once or at a moment of one's own choosing."""

from __future__ import annotations

import signal
import threading

import pytest

from pynn_sfdfa.support.interrupts import TerminatedError, deferred_interrupt, termination_interrupts


@pytest.fixture(autouse=True)
def handlers():
    """Signals act as in a new process, since sPyNNaker leaves a handler of its own, and after each test as before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    anew = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    for number, handler in anew.items():
        signal.signal(number, handler)
    yield
    assert {number: signal.getsignal(number) for number in anew} == anew
    for number, handler in before.items():
        signal.signal(number, handler)


def test_termination_interrupts_so_that_what_is_open_is_closed():
    with pytest.raises(TerminatedError), termination_interrupts():
        signal.raise_signal(signal.SIGTERM)
    assert issubclass(TerminatedError, KeyboardInterrupt)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, TerminatedError)])
def test_a_deferred_signal_is_a_flag_and_what_is_raised_afterwards_says_which_it_was(number, error):
    reached = False
    with pytest.raises(KeyboardInterrupt) as caught, deferred_interrupt() as interrupted:
        assert not interrupted.is_set()
        signal.raise_signal(number)
        assert interrupted.is_set()
        reached = True
        raise KeyboardInterrupt
    assert reached
    assert caught.type is error


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_acts_at_once(second):
    with pytest.raises(KeyboardInterrupt), termination_interrupts(), deferred_interrupt():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(second)
        pytest.fail("not reached")


def test_a_signal_that_is_ignored_stays_ignored():
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.signal(number, signal.SIG_IGN)
        with termination_interrupts(), deferred_interrupt() as interrupted:
            signal.raise_signal(number)
            assert not interrupted.is_set()
        assert signal.signal(number, before) == signal.SIG_IGN


def test_other_threads_handle_no_signals():
    seen = []

    def work():
        with termination_interrupts(), deferred_interrupt() as interrupted:
            seen.append(interrupted.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
