"""The order of events within one time step; everything in this back end takes its place from here.

A step begins at ``t`` and ends at ``t + dt``. Its events happen in this order (Brian2's slot and position in brackets):

1. Stimuli spike, at the first step at or after the time given; their spikes, and those whose delay is over, arrive:
   i_syn jumps exactly at ``t`` (before_groups).
2. v, i_syn and synaptic variables are sampled: a sample at ``t`` is the value after all that happened up to and
   including ``t``, as in the event-driven simulator (before_groups).
3. v and i_syn are integrated exactly from ``t`` to ``t + dt`` (groups).
4. Neurons with v >= v_thresh spike (thresholds). The spike time is recorded as ``t``: the true crossing lies between
   ``t`` and ``t + dt``, in the same trial.
5. Eligibilities move, with the values just before the reset (synapses).
6. The neurons that spiked are reset and grade their spikes (resets).
7. Spikes of neurons arrive, those of this step without delay, others after theirs; a spike that would arrive in
   another trial than it departed in is dropped (after_resets).
8. In the last step of a trial (end): output errors are gathered by the feedback weights; weights change, and where
   feedback is timed, change by the errors of single spikes; feedback weights change; state returns to rest and the
   perturbations and targets of the next trial are taken up.

Hence ``run(k*trial_duration)`` includes the learning from trial ``k - 1``, and a spike time, a spike's arrival at the
next layer and a reset are each late or early by less than ``dt``: results converge with the first power of ``dt``.
Traces and eligibilities are kept as of the end of the step, where spikes of neurons happen; step 5 therefore uses their
exact values.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "DELAY_LINE",
    "ELIGIBILITY",
    "ESTIMATE_FEEDBACK",
    "GATHER_ERRORS",
    "LEARN",
    "LEARN_FROM_SPIKES",
    "NEURON_ARRIVAL",
    "REST",
    "SAMPLE",
    "STIMULUS",
    "STIMULUS_ARRIVAL",
    "place",
]

STIMULUS = ("before_groups", -2)
STIMULUS_ARRIVAL = ("before_groups", -1)
SAMPLE = ("before_groups", 1)
ELIGIBILITY = ("synapses", 0)
DELAY_LINE = ("after_resets", -2)  # and the next
NEURON_ARRIVAL = ("after_resets", 0)
GATHER_ERRORS = ("end", 0)
LEARN = ("end", 1)
LEARN_FROM_SPIKES = ("end", 2)
ESTIMATE_FEEDBACK = ("end", 3)
REST = ("end", 4)


def place(brian_object: Any, position: tuple[str, int]) -> None:
    """Give a Brian2 object its place within a step."""
    brian_object.when, brian_object.order = position
