"""Where the simulators differ, and why: the one place where that is written down; ``docs/simulators.md`` prints it.

Whatever is not listed here is the same on all of them, in the same words; ``tests/contract`` holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIFFERENCES", "Difference"]


@dataclass(frozen=True)
class Difference:
    """What one matter is like on each simulator, by its name."""

    what: str
    event: str
    brian2: str
    spiNNaker: str


DIFFERENCES = (
    Difference(
        "time",
        "continuous; `timestep` is the interval at which `v` and `i_syn` are sampled",
        "in steps of `timestep`",
        "in steps of `timestep`",
    ),
    Difference(
        "`run()` to a time between two steps",
        "stops there",
        "stops at the first step after it, and says so; the next `run()` counts from the time asked for",
        "as `brian2`",
    ),
    Difference(
        "spike times of neurons",
        "exact",
        "the start of the step in which the threshold is crossed; arrival and reset are late by less than a step",
        "as `brian2`",
    ),
    Difference(
        "spikes of a neuron",
        "10,000 in a trial (`IF_curr_exp`: 1,000 within a ms), at most; then `run()` fails",
        "one in a step, at most",
        "as `brian2`, and 30 in a trial, at most; then it fires no more",
    ),
    Difference(
        "spike times of `SpikeSourceArray` between two steps",
        "exact",
        "come at the first step after them; two in one step are refused when they are run",
        "as `brian2`, but several in one step add up",
    ),
    Difference("numbers", "float64", "float64", "fixed point, as docs/arithmetic.md specifies"),
    Difference(
        "cells and synapses besides SFDFA's",
        "spike sources, `IF_curr_exp`, `StaticSynapse`",
        "all of `pyNN.brian2`",
        "all of `pyNN.spiNNaker`; they cannot receive the graded spikes of `LIF_SFDFA`",
    ),
    Difference(
        "`IF_curr_exp`",
        "exact, for any ratio of time constants; synapses of one projection have one delay, 0 included; no injected "
        "currents but `i_offset`; `v`, `isyn_exc` and `isyn_inh` can be recorded; where trials end, it goes on",
        "in steps; refractory periods are a step shorter than `tau_refrac`; a delay for each synapse; electrodes; "
        "`v` can be recorded; goes on, too",
        "in steps and fixed point; a delay for each synapse; `v`, `gsyn_exc` and `gsyn_inh` can be recorded",
    ),
    Difference(
        "loops within and among populations",
        "exact, through both cells, if there is a delay in each",
        "simulated",
        "simulated",
    ),
    Difference(
        "delays onto `LIF_SFDFA`",
        "any, 0 included; 0 if none is given",
        "multiples of `timestep`, 0 included; as `event`, but one step for `StaticSynapse`",
        "multiples of `timestep`, up to 14 from a spike source (0 is taken for 1), up to 13 from neurons",
    ),
    Difference(
        "parameters of the neurons of a population",
        "one for each neuron",
        "one for each neuron",
        "shared by all neurons, targets apart",
    ),
    Difference(
        "what can be changed between two runs",
        "parameters, initial and present values, weights, delays, learning rates",
        "as `event`, but neither `trial_duration` nor delays",
        "weights, spike sources and parameters of sPyNNaker's cells; the rest after `reset()`",
    ),
    Difference(
        "what can be recorded and read",
        "spikes, `v`, `i_syn`; `eligibility` at the present time",
        "as `event`; `Projection.record` samples weights, traces and eligibilities over time",
        "spikes, `v`, `i_syn`; eligibilities exist on the cores only",
    ),
    Difference(
        "projections onto `LIF_SFDFA` between two populations",
        "any number",
        "any number",
        "any number, if they share delay and learning rate and no two connect the same two neurons",
    ),
    Difference("synapses between two neurons", "any number", "any number", "onto `LIF_SFDFA` one"),
    Difference("`SFDFAFeedback`", "any connector", "any connector", "all to all, unless its learning rate is 0"),
    Difference(
        "`SFDFAFeedback(timed=True)`", "simulated", "simulated, but not in standalone programs", "from one population"
    ),
    Difference("`SurrogateSynapse`, `SymmetricFeedback`", "not there", "simulated", "not there"),
    Difference(
        "connectors",
        "PyNN's",
        "PyNN's",
        "PyNN's; kernels, convolution and pooling are sPyNNaker's, from whole populations to its own cells",
    ),
    Difference(
        "random weights, delays and connections with an `rng`",
        "drawn by it",
        "drawn by it",
        "onto `LIF_SFDFA` drawn by it; onto sPyNNaker's cells refused, where the machine draws, by the `seed` of the "
        "target population",
    ),
    Difference("building and recording once a run has begun", "at any time", "at any time", "after `reset()`"),
    Difference(
        "a sample or spike exactly at the end of a run",
        "belongs to that run",
        "a sample belongs to that run, a spike of a source to the next",
        "belongs to the next run",
    ),
)
