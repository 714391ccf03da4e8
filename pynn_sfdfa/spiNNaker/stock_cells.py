"""sPyNNaker's own cells; they take quantities with units, and say which parameters they have."""

from __future__ import annotations

from typing import Any

import pyNN.spiNNaker as spynnaker
from pyNN import errors
from pyNN.parameters import ParameterSpace
from pyNN.standardmodels import cells as pynn_cells

from pynn_sfdfa.common.checks import known
from pynn_sfdfa.common.if_curr_exp import DEFAULTS, check_if_curr_exp
from pynn_sfdfa.common.numbers import plain

__all__ = ["IF_cond_exp", "IF_curr_alpha", "IF_curr_delta", "IF_curr_exp", "Izhikevich"]


def _named(name: str) -> Any:
    """Return a cell type of sPyNNaker by PyNN's name, with PyNN's units."""
    stock, units = getattr(spynnaker, name), getattr(pynn_cells, name).units

    def __init__(self: Any, **parameters: Any) -> None:
        for parameter in parameters:
            if parameter not in {**stock.default_parameters, **stock.default_initial_values}:
                raise errors.NonExistentParameterError(parameter, name, list(stock.default_parameters))
        values = {n: plain(f"{name}: {n}", v, units.get(n, "")) for n, v in parameters.items()}
        if name == "IF_curr_exp":
            check_if_curr_exp(known(ParameterSpace({**DEFAULTS, **{n: values[n] for n in DEFAULTS if n in values}})))
        stock.__init__(self, **values)

    __init__._method = stock.__init__  # type: ignore[attr-defined]  # where sPyNNaker reads the defaults
    return type(name, (stock,), {"__init__": __init__, "__doc__": f"See :class:`pyNN.standardmodels.cells.{name}`."})


IF_cond_exp = _named("IF_cond_exp")
IF_curr_alpha = _named("IF_curr_alpha")
IF_curr_delta = _named("IF_curr_delta")
IF_curr_exp = _named("IF_curr_exp")
Izhikevich = _named("Izhikevich")
