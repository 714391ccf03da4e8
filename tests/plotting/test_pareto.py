"""The picture of two objectives, and which settings stand on its front."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.plotting import front, pareto

POINTS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from([0.1, 0.5, 0.6, 0.9])), min_size=1, max_size=12)


@given(POINTS)
def test_no_point_beats_one_of_the_front_and_each_other_one_is_beaten_or_equalled(points):
    costs, scores = zip(*points, strict=True)
    found = front(costs, scores)
    for index, (cost, score) in enumerate(points):
        others = [points[k] for k in (found if index not in found else range(len(points))) if k != index]
        at_least = [(c, s) for c, s in others if c <= cost and s >= score]
        if index in found:
            assert all(other == (cost, score) for other in at_least)
        else:
            assert at_least
    assert np.all(np.diff([costs[k] for k in found]) > 0) and np.all(np.diff([scores[k] for k in found]) > 0)


def test_all_settings_are_drawn_and_the_front_is_a_line_of_steps():
    axes = pareto([3, 3, 5, 8], [0.5, 0.7, 0.6, 0.9], "cores", "accuracy", "title").axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[3, 50], [3, 70], [5, 60], [8, 90]]
    (line,) = axes.lines
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([3, 8], [70, 90])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("cores", "accuracy (%)")
