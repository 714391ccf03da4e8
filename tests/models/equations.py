"""Reads the equation text of models: integrates it with scipy, carries out its events."""

from __future__ import annotations

from scipy.integrate import solve_ivp

from pynn_sfdfa.models import UNITS


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
    for effect in event.effects:
        variable, _, expression = effect.partition(" = ")
        if any(expression.endswith(f"/{name}") and not space[name] > 0 for name, _ in event.divisors):
            space[variable] = 0.0
        else:
            exec(effect, {"int": int, **UNITS}, space)
    return space
