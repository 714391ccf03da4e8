"""From the declarations in ``models/`` to Brian2's text: units, variables of other groups, and nothing more.

Pure functions; what they add to the declared text is said at each.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pynn_sfdfa import models
from pynn_sfdfa.brian2.units import base_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pynn_sfdfa.models import Event, SynapseModel

    Statement = tuple[str, str, str]

__all__ = [
    "arrival",
    "cell_equations",
    "cell_step",
    "decay",
    "eligibility",
    "feedback_equations",
    "feedback_estimate",
    "feedback_gathering",
    "learning",
    "moving",
    "native",
    "reset",
    "rest",
    "synapse_equations",
]

LIF = models.LIF_SFDFA

_STATEMENT = re.compile(r"(\w+)\s*([-+]?=)\s*(.+)")
_DRIVEN = re.compile(r"\((\w+) - (\w+)\)/(\w+) \+ (\w+)/(\w+)")
"""The derivative of a potential: what it decays to, itself, its time constant, a current, and a capacitance."""


def native(text: str) -> str:
    """Return text of the declarations with the names that Brian2 allows: ``cm`` is taken by the centimetre."""
    return re.sub(r"\bcm\b", "c_m", text)


_CELL_UNITS = {s.name: s.unit for s in LIF.state} | {p.name: p.unit for p in LIF.parameters}


def _statements(event: Event, units: Mapping[str, str]) -> list[Statement]:
    """Split effects into (variable, operator, expression).

    Added: a zero gets the unit of the variable; a quotient is 0 where its divisor is declared not to be valid.
    """
    result = []
    for effect in event.effects:
        match = _STATEMENT.fullmatch(effect)
        assert match is not None, effect
        variable, operator, expression = match.groups()
        if expression == "0" and units.get(variable):
            expression = f"0*{base_unit(units[variable])}"
        result.append((variable, operator, _guarded(expression, dict(event.divisors))))
    return result


def _guarded(expression: str, divisors: Mapping[str, str]) -> str:
    """Return a quotient that is 0 where its divisor, if that is one of ``divisors`` (unit by name), is not positive."""
    tree = ast.parse(expression, mode="eval").body
    if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div) and isinstance(tree.right, ast.Name)):
        return expression
    divisor = tree.right.id
    if divisor not in divisors:
        return expression
    unit = base_unit(divisors[divisor])
    # What it is divided by instead is 1, so that nothing is divided by zero.
    instead = f"({divisor} + int({divisor} <= 0*{unit})*(1*{unit} - {divisor}))"
    return f"int({divisor} > 0*{unit})*{ast.unparse(tree.left)}/{instead}"


def _synapse_units(synapse: SynapseModel) -> dict[str, str]:
    return {s.name: s.unit for s in (*synapse.presynaptic_state, *synapse.state)}


def _names(expression: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)}


def _text(statements: Iterable[Statement]) -> str:
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
    lines += [f"{native(p.name)} : {base_unit(p.unit)} (constant)" for p in LIF.parameters if not p.is_sequence]
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


def cell_step() -> str:
    """Return the exact step of what changes in a LIF_SFDFA group between events.

    It is the one that Brian2 finds for these equations, to the letter, which takes it a second in every process.
    """
    tau = {s.name: decay(s.derivative) for s in LIF.state if s.decays}
    step = {name: f"{name}*exp(-dt/{of})" for name, of in tau.items()}
    for s in LIF.state:
        if s.derivative and not s.decays:
            match = _DRIVEN.fullmatch(s.derivative)
            assert match is not None and match[2] == s.name and match[4] in tau, s.derivative
            rest, v, tau_m, current, c = match.groups()
            decayed, tau_syn = f"exp(-dt/{tau_m})", tau[current]
            step[v] = (
                f"{v}*{decayed} + {rest} - {rest}*{decayed} + {current}*{tau_m}*{tau_syn}"
                f"*(-exp(dt/{tau_m}) + exp(dt/{tau_syn}))*{decayed}*exp(-dt/{tau_syn})/({c}*({tau_m} - {tau_syn}))"
            )
    names = sorted(step)  # as Brian2 has them; none speaks of another's new value
    return native("\n".join([f"_{name} = {step[name]}" for name in names] + [f"{name} = _{name}" for name in names]))


def reset() -> str:
    """Return what happens at a spike of a neuron."""
    return _text(_statements(LIF.on_spike, _CELL_UNITS))


def rest() -> str:
    """Return what happens to a neuron after learning; added: the target and the perturbation of the next trial."""
    return _text(
        [
            *_statements(LIF.on_trial_end, _CELL_UNITS),
            ("trial", "=", "(timestep(t, dt) + 1)//steps"),
            ("target", "=", "target_of(output*trial, i, N)"),
            ("perturbation", "=", "estimates*perturbation_of(seed_high, seed_low, layer, first_trial + trial, i)"),
        ]
    )


def decay(derivative: str) -> str:
    """Return the time constant of a declared decay, ``-x/tau``."""
    return derivative.rpartition("/")[2]


def synapse_equations(synapse: SynapseModel | None) -> str:
    """Return the equations of a forward projection; added: the delay, to know which spikes are of an earlier trial.

    Parameters
    ----------
    synapse : SynapseModel, optional
        Of synapses that learn.
    """
    lines = ["weight : amp", "delay_steps : integer (shared, constant)"]
    if synapse is not None:
        own = [p for p in synapse.parameters if p.name not in ("weight", "delay")]
        lines += [f"{p.name} : {base_unit(p.unit)}" for p in own]
        for s in (*synapse.presynaptic_state, *synapse.state):
            if s.derivative and synapse.event_driven:
                lines.append(f"d{s.name}/dt = {s.derivative} : {base_unit(s.unit)} (event-driven)")
            else:
                lines.append(f"{s.name} : {base_unit(s.unit)}")
    return "\n".join(lines)


def moving(synapse: SynapseModel) -> str:
    """Return what moves in each time step at synapses where it must be known at every one.

    What decays does so exactly; anything else moves by its derivative at the end of the step, before resets.
    """
    statements = [(name, "=", expression) for name, _, expression in synapse.abbreviations]
    states = [s for s in (*synapse.presynaptic_state, *synapse.state) if s.derivative]
    statements += [(s.name, "*=", f"exp(-dt/{decay(s.derivative)})") for s in states if s.decays]
    statements += [(s.name, "+=", f"({s.derivative})*dt") for s in states if not s.decays]
    return _text(statements)


def arrival(synapse: SynapseModel | None, stimulus: bool, carried: Iterable[str]) -> str:
    """Return what happens when a spike arrives at a synapse.

    Parameters
    ----------
    synapse : SynapseModel, optional
        Of synapses that have traces.
    stimulus : bool
        Whether it comes from a stimulus, which spikes at the beginning of a step: traces that are kept as of the end of
        the step have then decayed for one step.
    carried : iterable of str
        What spikes bring along from their neuron, by declared name; the effects of anything else are left out.

    Notes
    -----
    Added: a spike from another trial, which is one that arrives earlier in the trial than its delay, has no effect.
    """
    missing = {c.name for c in LIF.carried} - set(carried)
    statements = [("arrives", "=", "int(timestep(t, dt) % steps_post >= delay_steps)")]
    for variable, operator, expression in _statements(LIF.on_input_spike, _CELL_UNITS):
        if not _names(expression) & missing:
            statements.append((f"{variable}_post", operator, f"arrives*{expression}"))
    if synapse is not None:
        tau = {s.name: decay(s.derivative) for s in synapse.presynaptic_state}
        for variable, operator, expression in _statements(synapse.on_presynaptic_spike, {}):
            decayed = f"*exp(-dt/{tau[variable]})" if stimulus and synapse.event_driven else ""
            statements.append((variable, operator, f"arrives*{expression}{decayed}"))
    return _text(statements)


def eligibility(synapse: SynapseModel) -> str:
    """Return what happens to a synapse when its postsynaptic neuron spikes; nothing if it is empty."""
    return _text(_statements(synapse.on_postsynaptic_spike, _synapse_units(synapse)))


def learning(synapse: SynapseModel) -> str:
    """Return what happens to a synapse at the end of a trial."""
    return _text(_statements(synapse.on_trial_end, _synapse_units(synapse)))


def feedback_equations(feedback: SynapseModel) -> str:
    """Return the equations of a feedback projection."""
    return "\n".join(f"{p.name} : {base_unit(p.unit)}" for p in feedback.parameters)


def feedback_gathering(feedback: SynapseModel) -> str:
    """Return how feedback carries errors at the end of a trial."""
    return _text(_statements(feedback.on_errors, {}))


def feedback_estimate(feedback: SynapseModel) -> str:
    """Return how feedback weights change at the end of a trial, once errors have been carried; empty if they do not."""
    return _text(_statements(feedback.on_trial_end, {}))
