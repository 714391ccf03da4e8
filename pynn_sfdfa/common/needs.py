"""What learning may need of a simulator beside neurons and synapses: said by rules and losses, held against offers."""

from __future__ import annotations

from enum import Enum

__all__ = ["Need"]


class Need(Enum):
    """Something that not every simulator has; the value completes the sentence "it needs ..."."""

    PERTURBATIONS = "perturbations of hidden neurons, which spikes carry on as grades"
    ALL_SPIKES = "all spikes of a trial at its end, for errors of single spikes"
    FORWARD_WEIGHTS = "the forward weights on the way back"
    LAYER_FEEDBACK = "feedback to each layer from the one above it"
    OWN_ERRORS = "errors that Python code computes from a batch of trials"
    OWN_FEEDBACK = "feedback weights that Python code changes after a batch of trials"
    POTENTIALS = "local gradients from potentials instead of spike times"
    SURROGATES = "synapses that watch the potential of their neuron at every moment"
    SYMMETRY = "feedback synapses that take over the weights of the forward ones"
    OWN_LOSS = "output errors that are not target minus count"
    OWN_TERMS = "gradients to which Python code adds after a batch of trials"
    SAMPLE_WEIGHTS = "errors that count more in some trials than in others"
    BATCHES = "several trials before weights change"
    OPTIMIZER_STATE = "more than a learning rate at each synapse"
    GRADIENTS = "gradients that change no weights"
    HARD_RESET = "a reset of the potential to a value"
    REFRACTORY = "a refractory period"
    INHIBITION = "inhibition among the neurons of a layer"
    RECURRENCE = "synapses within a layer"
    SITES = "neurons that see a part of the layer below"
    SHARED_WEIGHTS = "weights that several synapses share"
