"""Reads the equation text of models: integrates it with scipy, carries out its events."""

from __future__ import annotations

from scipy.integrate import solve_ivp

from pynn_sfdfa.models.description import Quotient


def evaluate(expression, values):
    """Return the value of an expression of the text."""
    return eval(expression, {}, values)


def constants(model, parameters):
    """Return the parameters with the model's abbreviations added."""
    values = dict(parameters)
    for name, _, expression in model.constants:
        values[name] = evaluate(expression, values)
    return values


def integrate(variables, values, duration):
    """Return ``values`` with the state variables moved on by ``duration`` ms."""
    moving = [variable for variable in variables if variable.derivative]
    codes = [compile(variable.derivative, variable.name, "eval") for variable in moving]
    names = [variable.name for variable in moving]

    def right_side(_, y):
        space = values | dict(zip(names, y, strict=True))
        return [eval(code, {}, space) for code in codes]

    start = [float(values[name]) for name in names]
    solution = solve_ivp(right_side, (0.0, duration), start, method="DOP853", rtol=1e-12, atol=1e-13)
    return values | dict(zip(names, solution.y[:, -1], strict=True))


def carry_out(event, values):
    """Return ``values`` after the effects of an event, in their order."""
    space = dict(values)
    for effect in (*event.effects, *(event.graded if "grade_arriving" in values else ())):
        carry_out_one(effect, space)
    return space


def carry_out_one(effect, space):
    """Change ``space`` by one effect; units that the text names are 1."""
    if isinstance(effect, Quotient):
        below = space[effect.denominator]
        space[effect.variable] = evaluate(effect.numerator, space) / below if below > 0 else 0 * below
    else:
        exec(effect, {"int": int, "nA": 1.0}, space)
