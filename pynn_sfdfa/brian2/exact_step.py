"""Exact steps, written down: of a leaky membrane that currents drive, and of traces that decay from event to event.

Brian2 finds such steps by itself, but takes seconds to find them, for alpha functions many, in every process again. In
that of a membrane it divides by the difference of time constants, which may be none. It is short when written down:
a current decays by ``exp(-dt/tau_syn)`` in a step, and adds to the potential, with ``a = dt/tau_m - dt/tau_syn``,
``I dt/C exp(-dt/tau_m) exprel(a)``, where ``exprel(a) = (exp(a) - 1)/a`` is 1 for equal time constants.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyNN.brian2.standardmodels.cells import leaky_iaf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["exact_events", "exact_step"]

_E = "2.7182818284590451"
_NONE = "0*amp"
_DECAY = re.compile(r"d(\w+)/dt\s*=\s*(-?)\1/(\w+)\s*:\s*(\w+)\s*\(event-driven\)")
"""An event-driven equation of a model that grows or decays with a time constant."""


@dataclass(frozen=True)
class _Current:
    """A synaptic current by the names of Brian2's variables; ``rise`` is that which feeds an alpha function."""

    name: str
    tau: str
    rise: str | None = None


def exact_step(equations: Any) -> str | None:
    """Return the abstract code of a step for Brian2.

    Parameters
    ----------
    equations : brian2.Equations
        Of a cell type that is refractory for a time.

    Returns
    -------
    str or None
        None if this is not a leaky membrane driven by currents alone that are exponential or alpha functions.
    """
    currents = _currents(equations)
    if currents is None:
        return None
    code = [
        "_decay = exp(-dt/tau_m)",
        "_rest = v_rest + (i_offset + i_inj)*tau_m/c_m",
        "_v = _rest + (v - _rest)*_decay",
    ]
    driven = [line for current in currents for line in _driven(current)]
    decayed = [line for current in currents for line in _decayed(current)]
    return "\n".join([*code, *driven, "v = v + int(not_refractory)*(_v - v)", *decayed])


def _driven(current: _Current) -> Sequence[str]:
    """Return what adds the effect of a current to the potential."""
    name, tau, a = current.name, current.tau, f"_a_{current.name}"
    code = [f"{a} = dt/tau_m - dt/{tau}", f"_v = _v + {name}*dt/c_m*_decay*exprel({a})"]
    if current.rise is None:
        return code
    # The mean of s exp(a s) for s from 0 to 1, whose closed form has no digits left where a is small.
    series = f"1/2. + {a}*(1/3. + {a}*(1/8. + {a}*(1/30. + {a}*(1/144. + {a}*(1/840. + {a}*(1/5760. + {a}/45360.))))))"
    small, closed = f"_small_{name}", f"(exp({a}) - exprel({a}))/({a} + _small_{name})"
    return [
        *code,
        f"{small} = int(abs({a}) < 0.1)",
        f"_mean_{name} = {small}*({series}) + (1 - {small})*{closed}",
        f"_v = _v + {_E}*{current.rise}*dt/{tau}*dt/c_m*_decay*_mean_{name}",
    ]


def _decayed(current: _Current) -> Sequence[str]:
    """Return what takes a current to the end of the step."""
    name, decay = current.name, f"exp(-dt/{current.tau})"
    if current.rise is None:
        return [f"{name} = {name}*{decay}"]
    rise = current.rise
    return [f"{name} = ({name} + {_E}*{rise}*dt/{current.tau})*{decay}", f"{rise} = {rise}*{decay}"]


def _text(equations: Any, name: str) -> str:
    """Return the right side of an equation, without spaces."""
    return "".join(equations[name].expr.code.split())


def _currents(equations: Any) -> list[_Current] | None:
    """Return the currents that drive a membrane, or None if it is not of this kind."""
    changing = set(equations.diff_eq_names)
    if "v" not in changing or _text(equations, "v") != _text(leaky_iaf, "v"):
        return None
    names = [name for name in _text(equations, "i_syn").split("+") if name != _NONE]
    if not changing.issuperset(names):
        return None
    found = [_current(equations, name, changing) for name in names]
    known = [current for current in found if current is not None]
    covered = {"v", *names, *(current.rise for current in known if current.rise)}
    return known if len(known) == len(names) and covered == changing else None


def _current(equations: Any, name: str, changing: set[str]) -> _Current | None:
    """Return what a current is, or None if it is neither an exponential nor an alpha function."""
    text, _, tau = _text(equations, name).rpartition("/")
    if text == f"-{name}":
        return _Current(name, tau)
    for rise in changing:
        if text in (f"({_E}*{rise}-{name})", f"(e*{rise}-{name})") and _text(equations, rise) == f"-{rise}/{tau}":
            return _Current(name, tau, rise)
    return None


def exact_events(model: str) -> tuple[str, Callable[[str], str]]:
    """Return a model of synapses without event-driven equations, and how what happens at an event takes their place.

    The code is the one that Brian2 makes of such equations, to the letter, with the same ``lastupdate``.

    Parameters
    ----------
    model : str
        Equations.

    Returns
    -------
    str
        Where there are no such equations, or others than those of exponentials, the model itself.
    callable
        From code at an event to code that brings the variables up to date before.
    """
    decays = _DECAY.findall(model)
    if not decays or len(decays) < model.count("(event-driven)"):
        return model, lambda code: code
    step = {name: f"{name}*exp({sign}(t - lastupdate)/{tau})" for name, sign, tau, _ in decays}
    names = sorted(step)
    before = [f"_{name} = {step[name]}" for name in names] + [f"{name} = _{name}" for name in names]
    plain = _DECAY.sub(r"\1 : \4", model) + "\nlastupdate : second"
    return plain, lambda code: "\n".join([*before, textwrap.dedent(code), "lastupdate = t"])
