"""What SFDFA is compared with, on Brian2 alone: synapses that learn from potentials, and symmetric feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

from pynn_sfdfa import models
from pynn_sfdfa.brian2.synapses import SFDFAFeedback, SFDFASynapse, translations

if TYPE_CHECKING:
    from pynn_sfdfa.common.bulk import Address

__all__ = ["SurrogateSynapse", "SymmetricFeedback", "other_way"]

_ANY = models.SURROGATE_SYNAPSES["triangle"]  # parameters and state are the same for each derivative


class SurrogateSynapse(SFDFASynapse):
    """Plastic synapse as SFDFASynapse, whose eligibility is that of e-prop or SuperSpike.

    It learns from what it adds to the potential whenever that is near threshold, instead of from spike times
    (docs/surrogates.md).
    """

    definition = _ANY
    also_takes = """
derivative : {"triangle", "fast-sigmoid"}
    In place of the derivative of a spike by the potential: that of e-prop, or of SuperSpike; for the whole
    projection."""
    default_parameters = {p.name: p.default for p in _ANY.parameters} | {"delay": None}
    units = {p.name: p.unit or "dimensionless" for p in _ANY.parameters}
    readable = _ANY.readable
    translations = translations(_ANY)

    def __init__(self, derivative: str = "triangle", **parameters: Any) -> None:
        if derivative not in models.SURROGATE_SYNAPSES:
            raise errors.InvalidParameterValueError(
                f"{type(self).__name__}: derivative = {derivative!r} is not valid; choose one of "
                f"{', '.join(map(repr, models.SURROGATE_SYNAPSES))}."
            )
        super().__init__(**parameters)
        self.definition = models.SURROGATE_SYNAPSES[derivative]  # type: ignore[misc]  # of this one, not of its class


class SymmetricFeedback(SFDFAFeedback):
    """Feedback from output to hidden neurons by the weights of the synapses the other way, at each trial end.

    Create it after the projection from the hidden to the output population. It takes no parameters; ``get("weight")``
    returns the weights that were used last.
    """

    definition = models.SYMMETRIC_FEEDBACK
    default_parameters = {p.name: p.default for p in models.SYMMETRIC_FEEDBACK.parameters}
    units = {p.name: "dimensionless" for p in models.SYMMETRIC_FEEDBACK.parameters}
    readable = models.SYMMETRIC_FEEDBACK.readable
    translations = translations(models.SYMMETRIC_FEEDBACK)

    def __init__(self) -> None:
        super().__init__()


def other_way(address: Address, output: Any, hidden: Any, label: str) -> tuple[Any, np.ndarray]:
    """Return Brian2's group of the synapses that symmetric feedback mirrors, and which of them each one mirrors.

    Parameters
    ----------
    address : Address
        Of the feedback.
    output, hidden : Population
        From where to where it leads.
    label : str
        Of its projection.

    Raises
    ------
    pyNN.errors.ConnectionError
        If there is not one synapse the other way for each.
    """
    between = [one for projection in output.forward for one in projection.synapses_between(hidden, output)]
    if len(between) != 1:
        raise errors.ConnectionError(
            f"Projection '{label}': symmetric feedback takes its weights from one projection from '{hidden.label}' to "
            f"'{output.label}', and there {'are ' + str(len(between)) if between else 'is none'}. Create one before "
            "it, or use SFDFAFeedback."
        )
    group, forward = between[0]
    keys, wanted = forward.pre * output.size + forward.post, address.post * output.size + address.pre
    order = np.argsort(keys, kind="stable")
    ends = np.searchsorted(keys[order], [wanted, wanted + 1])
    wrong = np.flatnonzero(ends[1] - ends[0] != 1)
    if wrong.size:
        i, o = address.post[wrong[0]], address.pre[wrong[0]]
        raise errors.ConnectionError(
            f"Projection '{label}': symmetric feedback from neuron {o} of '{output.label}' to neuron {i} of "
            f"'{hidden.label}' takes the weight of one synapse the other way, and there are "
            f"{(ends[1] - ends[0])[wrong[0]]}. Connect both ways alike, or use SFDFAFeedback."
        )
    return group, order[ends[0]].astype(np.int32)
