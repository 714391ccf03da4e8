"""What spikes carry under way: the value that each neuron's had when its spike departed, at the step of its arrival.

Brian2 delays spikes but not what they carry, and a neuron may spike again while an earlier spike is under way.
"""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np

from pynn_sfdfa.brian2 import schedule, simulator

__all__ = ["delay_line"]


def delay_line(source: Any, variable: str, steps: int) -> tuple[Any, Any]:
    """Return a group whose variable ``arriving`` is the value of each neuron's ``steps`` time steps ago.

    A ring of ``steps`` entries for each neuron: in each step the oldest is read, then replaced.

    Parameters
    ----------
    source : brian2.NeuronGroup
    variable : str
        One of its variables, a number.
    steps : int
        At least 1.

    Returns
    -------
    line : brian2.NeuronGroup
        With as many elements as ``source``.
    ring : brian2.NeuronGroup
        Where the values are kept.
    """
    n, name = source.N, simulator.contents.new_name("delay_line")
    clock = source.clock
    ring = brian2.NeuronGroup(n * steps, "entry : 1", clock=clock, name=f"{name}_ring")
    line = brian2.NeuronGroup(n, "arriving : 1", clock=clock, name=name)
    # No two neurons share an entry, which the declaration of a variable in equations could not say.
    line.variables.add_array("position", size=n, values=np.arange(n), dtype=np.int32, unique=True)
    line.variables.add_reference("departing", source, variable, index="_idx")
    line.variables.add_reference("oldest", ring, "entry", index="position")
    line.namespace.update({"neurons": n, "size": n * steps})
    when, order = schedule.DELAY_LINE
    line.run_regularly("arriving = oldest\noldest = departing", when=when, order=order, name=f"{name}_copy")
    line.run_regularly("position = (position + neurons) % size", when=when, order=order + 1, name=f"{name}_shift")
    return line, ring
