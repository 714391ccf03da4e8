"""What a learning rule is: local gradient x error transport x feedback, and rate regularisation beside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from pynn_sfdfa.support.settings import Named, NotNegative, doc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.common.needs import Need
    from pynn_sfdfa.rules.parts.feedback import Feedback
    from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
    from pynn_sfdfa.rules.parts.transport import Transport
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["LearningRule", "Parts", "Strength", "TargetRate"]


Strength = Annotated[NotNegative, doc("strength of the rate regularisation")]
TargetRate = Annotated[NotNegative, doc("spikes per trial and hidden neuron")]


class Parts(NamedTuple):
    """The parts of a rule."""

    local_gradient: LocalGradient
    transport: Transport
    feedback: Feedback


@cache
def _rate_error() -> Any:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.rules._rate_error import rate_error

    return rate_error


@dataclass(frozen=True)
class LearningRule(Named, ABC):
    """A named combination of parts; subclasses turn their settings into parts and do nothing else.

    Parameters
    ----------
    rho, r_target : float
        Strength and target (spikes per trial) of the rate regularisation of hidden neurons.
    """

    rho: Strength = field(default=0.0, kw_only=True)
    r_target: TargetRate = field(default=0.0, kw_only=True)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        former = {"backward", "improve_feedback", "initial_feedback"} & set(vars(cls))
        if former:
            raise TypeError(
                f"{cls.__name__} defines {min(former)}, which nothing calls: a rule is put together from parts. "
                "Give it the property parts with a Transport (assign) or a Feedback (initial, improve) of your own."
            )

    @property
    @abstractmethod
    def parts(self) -> Parts:
        """What it is put together from."""

    @cached_property
    def needs(self) -> frozenset[Need]:
        """What a simulator must offer to learn by this rule."""
        return frozenset().union(*(part.all_needs for part in self.parts))

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The compiled functions that it calls, those that take longest first."""
        return (
            *self.parts.feedback.kernels,
            *self.parts.transport.kernels,
            *self.parts.local_gradient.kernels,
            _rate_error(),
        )

    @property
    def asks(self) -> tuple[str, ...]:
        """The methods of `Trials` that its parts call and others do not."""
        return tuple(method for part in self.parts for method in part.asks)

    def assign_errors(self, trials: Trials, feedback: Sequence[NDArray[np.float32]]) -> None:
        """Assign the errors of all layers; ``feedback`` is not changed."""
        self.parts.transport.assign(trials, feedback, lambda layer: self.regularisation(trials.counts(layer)))
        self.parts.local_gradient.finish(trials)

    def regularisation(self, counts: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return rho (r_target - mean count over the batch) of each neuron; counts has shape (trials, neurons)."""
        error = np.zeros(counts.shape[1], np.float32)
        _rate_error()(counts, np.float32(self.rho), np.float32(self.r_target), error)
        return error
