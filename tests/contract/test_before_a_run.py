"""What can be asked before anything has run: nothing has been recorded yet, and that is no error."""

from small_networks import cells, source


def test_before_the_first_run_there_are_no_data(sim):
    stimulus, population = source(sim, [[1.0], []]), cells(sim)
    for group in (stimulus, population):
        group.record("spikes")
        for part in (group, group[0:1], sim.Assembly(group)):
            assert len(part.get_data().segments) == 0
            assert len(part.get_data(clear=True).segments) == 0
            assert not any(part.get_spike_counts().values())
    assert population.get_data().name == population.label
