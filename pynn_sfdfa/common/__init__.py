"""What PyNN back ends share: models, checks and their words, projections, recording, the rule of time.

As ``pyNN.common`` is to PyNN's simulators, this is to ``event``, ``brian2`` and ``spiNNaker``: behaviour stands here, a
back end adds what only it can know. Where they must differ, `pynn_sfdfa.common.differences` says so.
"""
