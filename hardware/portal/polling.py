"""Waiting for a job: patiently, and through interruptions of the network."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.portal.errors import NoAnswerError, shown

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ENDED", "wait"]

ENDED = ("finished", "error")

_PATIENCE = 10  # failures in a row


def wait(
    ask: Callable[[], dict[str, Any]],
    tell: Callable[[str], None],
    *,
    interval: float = 10.0,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Ask until the job has ended; return its description.

    Parameters
    ----------
    ask : callable
        Returns the description of the job.
    tell : callable
        Is given a line whenever the status changes or the platform does not answer.
    interval : float
        Seconds between two questions; after a question without an answer twice as long, up to five minutes.

    Raises
    ------
    NoAnswerError
        If the platform has not answered ten times in a row.
    RefusedError, PortalError
        If it answers that something is wrong.
    """
    status, failures = "", 0
    while True:
        try:
            job = ask()
        except NoAnswerError as error:
            failures += 1
            if failures == _PATIENCE:
                raise
            tell(f"{error} Asking again ({failures} of {_PATIENCE}).")
        else:
            failures = 0
            if job["status"] != status:
                status = job["status"]
                tell(f"job {shown(str(job.get('id', '')))} is {shown(status)}")
            if status in ENDED:
                return job
        sleep(min(interval * 2**failures, 300.0))
