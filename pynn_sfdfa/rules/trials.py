"""The trials of a batch, as a simulator shows them to the parts of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Trials"]


class Trials(Protocol):
    """The trials of one batch after their forward pass.

    Layers are counted from 0 (the first hidden layer) to ``n_layers - 1`` (the output layer). Every error is -dL/dn, of
    a neuron or of one of its spikes: a positive one asks for more spikes.
    """

    n_layers: int
    output_error: NDArray[np.float32]
    """e_o = target_o - n_o, shape (trials, n_out)."""
    batch: int
    """Which batch of the training they are, counted from 1."""

    def counts(self, layer: int) -> NDArray[np.int32]:
        """Return the spikes of each neuron in each trial, shape (trials, neurons)."""
        ...

    def perturbation(self, layer: int) -> NDArray[np.float32]:
        """Return v of the neurons that fired and 0 for the others, shape (trials, neurons)."""
        ...

    def directional(self, layer: int | None = None) -> NDArray[np.float32]:
        """Return d of the neurons that give a hidden layer its feedback, shape (trials, neurons).

        It is the sum of the grades of each output neuron's spikes, whichever the layer; or, if the transport is
        layer-wise, what the neurons of the next layer have received of this layer's perturbations before their spikes.
        Without a layer it is that of the output; ValueError if the transport is layer-wise.
        """
        ...

    def shares_feedback(self, layer: int) -> bool:
        """Return whether a hidden layer has its feedback from neurons that see a part of it, and share it.

        Then feedback has the shape (lanes, rows), that of the weights to the next layer turned round, and the next two
        methods do what the parts of a rule do elsewhere by themselves.
        """
        ...

    def improve_shared_feedback(
        self, layer: int, learning_rate: float, feedback: NDArray[np.float32], share: NDArray[np.float32] | None = None
    ) -> None:
        """Move shared feedback by ``learning_rate (mean of v_j d_i - feedback)``, in place.

        The mean of each weight is over the trials and over all pairs of neurons that share it, of which j has fired.
        With a ``share``, of the same shape and changed in place, both have fired, as of
        `pynn_sfdfa.rules.parts.estimated.estimate_feedback_of_both`.
        """
        ...

    def kept(self, name: str, layer: int) -> NDArray[np.float32]:
        """Return an array of the shape of a hidden layer's feedback that lasts: 0 at first, and saved with the weights.

        Its name is one of those that the rule's `pynn_sfdfa.rules.parts.feedback.Feedback.keeps` says.
        """
        ...

    def neuron_errors_through_feedback(
        self, layer: int, error: NDArray[np.float32], feedback: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return ``sum_i Bfb[i, j] e_i`` of the neurons below a layer, through shared feedback; (trials, n_below)."""
        ...

    def neuron_errors(self, layer: int, error: NDArray[np.float32]) -> None:
        """Give all spikes of a neuron one error; shape (trials, neurons).

        Weights change by error times eligibility when the rule has assigned all errors; a layer that is given none has
        no gradient in this batch.
        """
        ...

    def spike_errors_by_feedback(self, layer: int, feedback: NDArray[np.float32]) -> None:
        """Give every spike of a hidden layer an error from the output spikes that follow it, beside its neuron's.

        Those of the output layer must have been assigned; ``feedback`` has shape (n_out, neurons). Only simulators that
        offer `Need.ALL_SPIKES` have it.
        """
        ...

    def spike_errors_through_weights(self, layer: int) -> None:
        """Add to the error of every spike of the layer below how the loss changes with its time through this layer.

        The errors of this layer, and of its own spikes, must have been assigned. Only simulators that offer
        `Need.ALL_SPIKES` and `Need.FORWARD_WEIGHTS` have it.
        """
        ...

    def spike_errors_within(self, layer: int) -> None:
        """Add to the error of every spike of a recurrent layer how the loss changes with its time through that layer.

        The errors of the layer, and of its own spikes, must have been assigned; other layers are left as they are.
        Only simulators that offer `Need.ALL_SPIKES` and `Need.FORWARD_WEIGHTS` have it.
        """
        ...

    def spike_errors_through_feedback(self, layer: int, feedback: NDArray[np.float32]) -> None:
        """Do the same with feedback weights, shape (neurons of this layer, of the layer below), in place of weights.

        Only simulators that offer `Need.ALL_SPIKES` have it.
        """
        ...

    def give_spikes(self, number: int) -> None:
        """Give the target neuron so many even spikes in each trial in which it is silent; `counts` do not change.

        Local gradients, and the errors of neurons through weights, are those with these spikes. Only simulators that
        offer `Need.ALL_SPIKES` have it.
        """
        ...

    def neuron_errors_through_weights(
        self, layer: int, error: NDArray[np.float32], silent_ratio: float
    ) -> NDArray[np.float32]:
        """Return the errors of the layer below, shape (trials, n_pre), from those of this one, (trials, neurons).

        ``sum_i err_i w_ij e_ij/(theta_i o_j)`` (docs/algorithm.md, section 10), with ``e/o = silent_ratio tau_syn/cm``
        where either neuron is silent. Only simulators that offer
        `Need.ALL_SPIKES` and `Need.FORWARD_WEIGHTS` have it.
        """
        ...

    def potential_ratio(self, layer: int) -> NDArray[np.float32]:
        """Return ``sum_j w_ij e_ij/(theta_i o_i)`` of each neuron, shape (trials, neurons).

        Where a neuron is silent e/o is half of tau_syn/cm. Only simulators that offer `Need.POTENTIALS` have it.
        """
        ...

    def lateral_effect(self, layer: int) -> NDArray[np.float32] | None:
        """Return how much a neuron of a layer with inhibition excites itself, by silencing those that inhibit it.

        ``w0^2 sum_l e_il e_li/(theta_i theta_l o_i o_l)``, shape (trials, neurons); None without inhibition. Only
        simulators that offer `Need.POTENTIALS` have it.
        """
        ...

    def scale_errors(self, layer: int, factor: NDArray[np.float32]) -> None:
        """Multiply the errors that the neurons of a layer and their spikes have been assigned; (trials, neurons)."""
        ...
