"""A reader of NIR graphs by the words of NIR's specification alone: time steps, reset to a value."""

from __future__ import annotations

import numpy as np


def spike_times(graph, trains, duration, dt):
    """Return per layer and neuron the spike times in ms, for input spike trains in ms.

    Everything is taken from the graph; the input is 1 in the step in which an input spike falls, else 0.
    """
    names = dict(graph.edges)
    order, node = [], "input"
    while node != "output":
        node = names[node]
        order.append(node)
    layers = [(graph.nodes[linear], graph.nodes[lif]) for linear, lif in zip(order[:-1:2], order[1:-1:2], strict=True)]
    current = [np.zeros(len(lif.v_leak)) for _, lif in layers]
    v = [np.zeros(len(lif.v_leak)) for _, lif in layers]
    found = [[[] for _ in lif.v_leak] for _, lif in layers]
    seconds = dt * 1e-3
    steps = round(duration / dt)
    inputs = np.zeros((steps, len(trains)))
    for unit, train in enumerate(trains):
        np.add.at(inputs[:, unit], np.minimum((np.asarray(train) / dt).astype(int), steps - 1), 1.0)
    for step in range(steps):
        spikes = inputs[step]
        for k, (linear, lif) in enumerate(layers):
            drive = linear.weight @ spikes
            current[k] += seconds / lif.tau_syn * (lif.w_in * drive - current[k])
            v[k] += seconds / lif.tau_mem * (lif.v_leak - v[k] + lif.r * current[k])
            fired = v[k] > lif.v_threshold
            v[k][fired] = lif.v_reset[fired]
            for neuron in np.flatnonzero(fired):
                found[k][neuron].append((step + 1) * dt)
            spikes = fired.astype(float)
    return found
