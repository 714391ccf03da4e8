"""Cases that run. All of a simulator are built in one set-up and share its rounds: a run of a board takes seconds.

A case is a generator: each ``yield`` lets every case's network run for `ROUND` ms, what follows looks at what came out.
"""

from __future__ import annotations

from simulators import set_up

ROUND = 10.0
"""ms of simulated time between one ``yield`` and the next."""

CASES = {}


def case(function):
    """Take up a case under the name of its function."""
    CASES[function.__name__] = function
    return function


def outcomes(sim):
    """Run all cases on a simulator; return for each the exception in which it ended, or None."""
    set_up(sim)
    results = dict.fromkeys(CASES)
    running = {name: function(sim) for name, function in CASES.items()}
    while True:
        for name, generator in list(running.items()):
            try:
                next(generator)
            except StopIteration:
                del running[name]
            except Exception as error:
                del running[name]
                results[name] = error
        if not running:
            break
        try:
            sim.run(ROUND)
        except Exception as error:
            results.update(dict.fromkeys(running, error))
            break
    sim.end()
    return results
