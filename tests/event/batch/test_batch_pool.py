from __future__ import annotations

import threading
from functools import partial

import pytest

from pynn_sfdfa.event.batch.pool import Pool


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
