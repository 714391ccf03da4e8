"""From the declarations in ``models/`` to Brian2's text: units, variables of other groups, and nothing more.

Pure functions; what they add to the declared text is said at each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pynn_sfdfa import models
from pynn_sfdfa.brian2.units import base_unit
from pynn_sfdfa.models.description import Quotient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "arrival",
    "cell_equations",
    "decay",
    "eligibility",
    "feedback_equations",
    "feedback_estimate",
    "feedback_gathering",
    "learning",
    "native",
    "reset",
    "rest",
    "synapse_equations",
]

LIF, SYNAPSE, FEEDBACK = models.LIF_SFDFA, models.SFDFA_SYNAPSE, models.SFDFA_FEEDBACK

_STATEMENT = re.compile(r"(\w+)\s*([-+]?=)\s*(.+)")


def native(text: str) -> str:
    """Return text of the declarations with the names that Brian2 allows: ``cm`` is taken by the centimetre."""
    return re.sub(r"\bcm\b", "c_m", text)


_CELL_UNITS = {s.name: s.unit for s in LIF.state} | {p.name: p.unit for p in LIF.parameters}
_SYNAPSE_UNITS = {s.name: s.unit for s in (*SYNAPSE.presynaptic_state, *SYNAPSE.state)}


def _statements(effects: Iterable[str | Quotient], units: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Split effects into (variable, operator, expression); a zero gets the unit of the variable."""
    result = []
    for effect in effects:
        if isinstance(effect, Quotient):
            result.append((effect.variable, "=", _guarded(effect)))
            continue
        match = _STATEMENT.fullmatch(effect)
        assert match is not None, effect
        variable, operator, expression = match.groups()
        if expression == "0" and units.get(variable):
            expression = f"0*{base_unit(units[variable])}"
        result.append((variable, operator, expression))
    return result


def _guarded(quotient: Quotient) -> str:
    """Return a quotient that divides by one of its unit, and counts nothing, where its denominator is not positive."""
    below, unit = quotient.denominator, base_unit(quotient.unit)
    return f"int({below} > 0*{unit})*{quotient.numerator}/({below} + int({below} <= 0*{unit})*(1*{unit} - {below}))"


def _text(statements: Iterable[tuple[str, str, str]]) -> str:
    return "\n".join(" ".join(statement) for statement in statements)


def cell_equations() -> str:
    """Return the equations of a LIF_SFDFA group.

    Added to the declaration: what learning needs to know of the trial (``steps`` in it, whether the population is
    ``output``, whether it ``estimates`` feedback and hence is perturbed), and what determines its perturbations.
    """
    lines = [
        f"d{s.name}/dt = {native(s.derivative)} : {base_unit(s.unit)}"
        if s.derivative
        else f"{s.name} : {base_unit(s.unit)}"
        for s in LIF.state
    ]
    lines += [f"{native(p.name)} : {base_unit(p.unit)} (constant)" for p in LIF.parameters if p.name != "targets"]
    lines += [f"{name} = {native(expression)} : {base_unit(unit)}" for name, unit, expression in LIF.constants]
    lines += [
        "target : 1",
        f"error = output*({LIF.output_error}) + (1 - output)*({LIF.hidden_error}) : 1",
        "output : 1 (shared, constant)",
        "exact : 1 (shared, constant)",
        "estimates : 1 (shared, constant)",
        "steps : integer (shared, constant)",
        "first_trial : integer (shared, constant)",
        "layer : integer (shared, constant)",
        "seed_high : 1 (shared, constant)",
        "seed_low : 1 (shared, constant)",
    ]
    return "\n".join(lines)


def reset() -> str:
    """Return what happens at a spike of a neuron."""
    return _text(_statements(LIF.on_spike.effects, _CELL_UNITS))


def rest() -> str:
    """Return what happens to a neuron after learning; added: the target and the perturbation of the next trial."""
    return _text(
        [
            *_statements(LIF.on_trial_end.effects, _CELL_UNITS),
            ("trial", "=", "(timestep(t, dt) + 1)//steps"),
            ("target", "=", "target_of(output*trial, i, N)"),
            ("perturbation", "=", "estimates*perturbation_of(seed_high, seed_low, layer, first_trial + trial, i)"),
        ]
    )


def decay(derivative: str) -> str:
    """Return the time constant of a declared decay, ``-x/tau``."""
    return derivative.rpartition("/")[2]


def synapse_equations(plastic: bool) -> str:
    """Return the equations of a forward projection; added: the delay, to know which spikes are of an earlier trial."""
    lines = ["weight : amp", "delay_steps : integer (shared, constant)"]
    if plastic:
        lines.append(f"learning_rate : {base_unit(SYNAPSE.parameter('learning_rate').unit)}")
        for s in (*SYNAPSE.presynaptic_state, *SYNAPSE.state):
            if s.derivative:
                lines.append(f"d{s.name}/dt = {s.derivative} : {base_unit(s.unit)} (event-driven)")
            else:
                lines.append(f"{s.name} : {base_unit(s.unit)}")
    return "\n".join(lines)


def arrival(plastic: bool, stimulus: bool, graded: bool) -> str:
    """Return what happens when a spike arrives at a synapse.

    Parameters
    ----------
    plastic : bool
        Whether the synapse has traces.
    stimulus : bool
        Whether it comes from a stimulus, which spikes at the beginning of a step: traces, kept as of the end of the
        step, have then decayed for one step.
    graded : bool
        Whether arriving spikes carry a grade; those of stimuli carry none.

    Notes
    -----
    Added: a spike from another trial, which is one that arrives earlier in the trial than its delay, has no effect.
    """
    statements = [("arrives", "=", "int(timestep(t, dt) % steps_post >= delay_steps)")]
    effects = [*LIF.on_input_spike.effects, *(LIF.on_input_spike.graded if graded else ())]
    for variable, operator, expression in _statements(effects, _CELL_UNITS):
        statements.append((f"{variable}_post", operator, f"arrives*{expression}"))
    if plastic:
        tau = {s.name: decay(s.derivative) for s in SYNAPSE.presynaptic_state}
        for variable, operator, expression in _statements(SYNAPSE.on_presynaptic_spike.effects, {}):
            decayed = f"*exp(-dt/{tau[variable]})" if stimulus else ""
            statements.append((variable, operator, f"arrives*{expression}{decayed}"))
    return _text(statements)


def eligibility() -> str:
    """Return what happens to a synapse when its postsynaptic neuron spikes."""
    return _text(_statements(SYNAPSE.on_postsynaptic_spike.effects, _SYNAPSE_UNITS))


def learning() -> str:
    """Return what happens to a synapse at the end of a trial."""
    return _text(_statements(SYNAPSE.on_trial_end.effects, _SYNAPSE_UNITS))


def feedback_equations() -> str:
    """Return the equations of a feedback projection."""
    return "\n".join(f"{p.name} : {base_unit(p.unit)}" for p in FEEDBACK.parameters)


def feedback_gathering() -> str:
    """Return how feedback carries errors at the end of a trial."""
    return _text(_statements(FEEDBACK.on_trial_end.effects, {}))


def feedback_estimate() -> str:
    """Return how feedback weights change at the end of a trial, once errors have been carried."""
    return _text(_statements(FEEDBACK.on_learned.effects, {}))
