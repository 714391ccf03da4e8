from __future__ import annotations

import os
import threading
import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.event.batch.pool import Pool, long_at_ends


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 1, 3, 40])
def test_every_task_runs_once(threads, n):
    done, pool = [], Pool(threads)
    for _ in range(3):
        done.clear()
        pool.run(partial(done.append, k) for k in range(n))
        assert sorted(done) == list(range(n))


def test_tasks_run_at_the_same_time():
    meeting = threading.Barrier(3, timeout=10)
    Pool(3).run([meeting.wait] * 3)  # each waits for the other two


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("place", [0, 9])
def test_an_exception_is_raised_here_and_the_pool_goes_on(threads, place):
    def fail():
        raise KeyError("broken")

    pool, done = Pool(threads), []
    tasks = [partial(done.append, k) for k in range(9)]
    tasks.insert(place, fail)
    with pytest.raises(KeyError, match="broken"):
        pool.run(tasks)
    done.clear()
    pool.run([partial(done.append, 1)])
    assert done == [1]


def test_one_takes_the_first_tasks_and_the_others_the_last():
    """So that a block of a layer stays with the processor that has it in its cache."""
    pool, by = Pool(2), {}
    meeting = threading.Barrier(2, timeout=10)

    def work(k):
        by[k] = threading.get_ident()
        meeting.wait()

    pool.run([partial(work, k) for k in range(6)])
    assert [by[k] == threading.get_ident() for k in range(6)] == [True] * 3 + [False] * 3


def test_nobody_is_woken_for_what_took_no_time_before():
    def where(found):
        found.append(threading.get_ident())

    pool, first = Pool(2), []
    meeting = threading.Barrier(2, timeout=10)
    pool.run([meeting.wait] * 2, "short")  # nothing is known yet, so both run
    pool._seconds["short"] = 0.0
    pool.run([partial(where, first)] * 50, "short")
    assert set(first) == {threading.get_ident()}
    pool.run([partial(time.sleep, 1e-3)], "short")  # and takes longer now
    pool.run([meeting.wait] * 2, "short")


def test_a_pool_that_is_not_needed_any_more_leaves_no_threads():
    before = set(threading.enumerate())
    pool = Pool(4)
    pool.run([lambda: None] * 9)
    helpers = set(threading.enumerate()) - before
    assert len(helpers) == 3
    del pool
    for helper in helpers:
        helper.join(timeout=10)
        assert not helper.is_alive()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_pool_works_after_a_fork():
    pool = Pool(3)
    pool.run([lambda: None] * 9)
    child = os.fork()
    if child == 0:
        meeting = threading.Barrier(3, timeout=10)
        try:
            pool.run([meeting.wait] * 3)
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    pool.run([threading.Barrier(3, timeout=10).wait] * 3)


@given(lengths=st.lists(st.integers(0, 7), max_size=5))
def test_long_tasks_are_at_the_ends_and_none_is_lost(lengths):
    groups = [[f"{group}.{n}" for n in range(length)] for group, length in enumerate(lengths)]
    order = long_at_ends(groups)
    assert sorted(order) == sorted(task for group in groups for task in group)
    of = [int(task.split(".")[0]) for task in order]
    shortest = of.index(max(of)) if of else 0
    assert of[:shortest] == sorted(of[:shortest]) and of[shortest:] == sorted(of[shortest:], reverse=True)
    assert all(abs(of[:shortest].count(group) - of[shortest:].count(group)) <= 1 for group in range(max(of, default=0)))
