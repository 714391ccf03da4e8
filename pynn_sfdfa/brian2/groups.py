"""Brian2 groups of synapses onto LIF_SFDFA neurons, with their events in the order of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brian2
import numpy as np

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import equations, schedule, simulator
from pynn_sfdfa.brian2.delay_line import delay_line
from pynn_sfdfa.brian2.exact_step import exact_events
from pynn_sfdfa.brian2.idle import run_at_spikes, run_at_trial_end
from pynn_sfdfa.brian2.lif_group import LIFGroup
from pynn_sfdfa.brian2.sources import is_stimulus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.models import SynapseModel

__all__ = ["feedback_group", "forward_group"]


def forward_group(
    source: Any, target: LIFGroup, pre: np.ndarray, post: np.ndarray, synapse: SynapseModel | None, steps: int
) -> Any:
    """Return the synapses of a forward projection.

    Parameters
    ----------
    source, target : Brian2 groups
    pre, post : int64, shape (n,)
        Indices of the neurons that each synapse connects.
    synapse : SynapseModel, optional
        Of synapses that have traces and learn.
    steps : int
        Delay in time steps.
    """
    stimulus = is_stimulus(source)
    carried = models.LIF_SFDFA.carried if isinstance(source, LIFGroup) else ()
    lines = {c.name: _under_way(source, c.variable, steps) for c in carried}
    events = {} if synapse is None else {"learning": equations.learning(synapse)}
    if synapse is not None and (at_spikes := equations.eligibility(synapse)):
        events["eligibility"] = at_spikes
    group = _Synapses(
        source,
        target,
        "forward",
        equations.synapse_equations(synapse),
        on_pre=equations.arrival(synapse, stimulus, lines),
        on_post=events,
        on_event={"learning": "trial_end"} if events else "spike",
        delay=steps * source.clock.dt,
    )
    for name, (line, variable) in lines.items():
        group.variables.add_reference(name, line, variable, index="_presynaptic_idx")
    schedule.place(group.pre, schedule.STIMULUS_ARRIVAL if stimulus else schedule.NEURON_ARRIVAL)
    if synapse is not None:
        schedule.place(group.learning, schedule.LEARN)
        run_at_trial_end(group.learning, target.trial_steps)
        if "eligibility" in events:
            schedule.place(group.eligibility, schedule.ELIGIBILITY)
            run_at_spikes(group.eligibility, target)
        if not synapse.event_driven:
            when, order = schedule.ELIGIBILITY
            group.run_regularly(equations.moving(synapse), clock=group.clock, when=when, order=order)
    if not steps:
        run_at_spikes(group.pre, source)
    group.connect(i=pre, j=post)
    group.delay_steps = steps
    simulator.state.network.add(group)
    return group


def _under_way(source: LIFGroup, variable: str, steps: int) -> tuple[Any, str]:
    """Return the group and its variable in which arriving spikes find what they carry, ``steps`` after departing."""
    if not steps:
        return source, variable
    line, ring = delay_line(source, variable, steps)
    simulator.state.network.add(ring, line)
    return line, "arriving"


def feedback_group(
    source: LIFGroup,
    target: LIFGroup,
    pre: np.ndarray,
    post: np.ndarray,
    feedback: SynapseModel,
    timed: bool,
    forward: tuple[Any, np.ndarray] | None = None,
) -> Any:
    """Return the synapses of a feedback projection; parameters as for `forward_group`.

    Timed feedback gathers no errors of neurons; `pynn_sfdfa.brian2.timed` has those of spikes.

    Parameters
    ----------
    forward : Brian2 group and int64 array, shape (n,), optional
        Synapses the other way, and which of them has the weight of each of these.
    """
    gathering, estimate = equations.feedback_gathering(feedback), equations.feedback_estimate(feedback)
    events = {} if timed else {"gathering": gathering}
    if estimate:
        events["estimate"] = estimate
    model = equations.feedback_equations(feedback)
    if forward is not None:
        model += "\nforward_synapse : integer (constant)"
    group = _Synapses(source, target, "feedback", model, on_post=events, on_event=dict.fromkeys(events, "trial_end"))
    if forward is not None:
        group.variables.add_reference("forward_weight", forward[0], "weight", index="forward_synapse")
    if not timed:
        schedule.place(group.gathering, schedule.GATHER_ERRORS)
    if estimate:
        schedule.place(group.estimate, schedule.ESTIMATE_FEEDBACK)
    for name in events:
        run_at_trial_end(getattr(group, name), target.trial_steps)
    group.connect(i=pre, j=post)
    if forward is not None:
        group.forward_synapse = forward[1]
    simulator.state.network.add(group)
    return group


class _Synapses(brian2.Synapses):
    """Synapses on the clock of the simulation; Brian2's units and functions are all that their text can refer to."""

    def __init__(
        self,
        source: Any,
        target: Any,
        kind: str,
        model: str,
        on_pre: str | None = None,
        on_post: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> None:
        plain, at_event = exact_events(model)
        super().__init__(
            source,
            target,
            plain,
            on_pre=at_event(on_pre) if on_pre else None,
            on_post={name: at_event(code) for name, code in on_post.items()} if on_post else None,
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name(kind),
            namespace={"nA": brian2.nA},
            **arguments,
        )
