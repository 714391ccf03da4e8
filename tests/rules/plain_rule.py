"""Rules written plainly, in float64, one sample and one spike at a time: what the fused kernels are held against.

Errors are of single spikes here (docs/algorithm.md, sections 5, 7, 8 and 10), also where spikes of a neuron share one.
"""

from __future__ import annotations

import numpy as np
import plain_hm2bp
from reference import Neuron, run_layer


class PlainTrial:
    """One sample through a network."""

    def __init__(self, network, trains, sample):
        times, units = trains.sample(sample)
        self.network = network
        self.delay, self.inputs, self.neurons, self.responses = network.delay, [], [], []
        self.weights = [w.astype(float) for w in network.weights]
        for layer, weights in zip(network.layers, self.weights, strict=True):
            neuron = Neuron(
                layer.cell.tau_m, layer.cell.tau_syn, layer.cell.threshold_current, layer.cell.trial_duration,
                exact=network.gradient == "exact", max_spikes=network.max_spikes,
            )  # fmt: skip
            self.inputs.append((np.asarray(times, float), np.asarray(units, int)))
            self.neurons.append(neuron)
            self.responses.append(run_layer(neuron, weights, times, units, delay=network.delay))
            times, units, _ = self.responses[-1].volley()

    def counts(self, layer):
        return self.responses[layer].counts

    def gammas(self, layer, errors):
        """Return gamma_k of every spike of every neuron of a layer; ``errors`` has a list like the spike times."""
        neuron, response = self.neurons[layer], self.responses[layer]
        found = []
        for times, currents, deltas in zip(response.times, response.currents, errors, strict=True):
            gamma = np.zeros(len(times))
            for k in range(len(times) - 1, -1, -1):
                since = np.array(times[k + 1 :]) - times[k]
                later = (gamma[k + 1 :] * np.exp(-since / neuron.tau_m)).sum()
                gamma[k] = neuron.factor(currents[k]) * (deltas[k] + neuron.c / neuron.tau_m * later)
            found.append(gamma)
        return found

    def sums(self, layer, gammas, arrival, scale_syn=1.0, scale_m=1.0):
        """Return scale_syn S1 - scale_m S2 of every neuron of a layer at an arrival."""
        neuron, result = self.neurons[layer], []
        for times, gamma in zip(self.responses[layer].times, gammas, strict=True):
            since = np.array(times) - arrival
            after, gamma = since[since >= 0], gamma[since >= 0]
            S1, S2 = (gamma * np.exp(-after / neuron.tau_syn)).sum(), (gamma * np.exp(-after / neuron.tau_m)).sum()
            result.append(scale_syn * S1 - scale_m * S2)
        return np.array(result)

    def slopes(self, layer, gammas, arrival):
        """Return S1/tau_syn - S2/tau_m of every neuron of a layer at an arrival."""
        neuron = self.neurons[layer]
        return self.sums(layer, gammas, arrival, 1 / neuron.tau_syn, 1 / neuron.tau_m)

    def gradient(self, layer, errors):
        """Return the gradient of the weights to a layer, shape (n_pre, n_post)."""
        gammas, gradient = self.gammas(layer, errors), np.zeros(self.weights[layer].shape)
        for time, unit in zip(*self.inputs[layer], strict=True):
            if time + self.delay <= self.neurons[layer].duration:
                gradient[unit] += self.sums(layer, gammas, time + self.delay)
        return gradient


def of_neurons(trial, layer, errors):
    """Give all spikes of a neuron its error."""
    return [np.full(count, error) for count, error in zip(trial.counts(layer), errors, strict=True)]


def direct(trial, output, feedback, offsets):
    """``e_i = sum_o Bfb[o, i] e_o + offset_i``."""
    hidden = [of_neurons(trial, layer, output @ weights + offsets[layer]) for layer, weights in enumerate(feedback)]
    return [*hidden, of_neurons(trial, len(feedback), output)]


def timed(trial, output, feedback, offsets):
    """``delta_z = sum_o Bfb[o, j] (S1_o/tau_syn - S2_o/tau_m) + offset_j`` where it reaches the output."""
    top = len(feedback)
    gammas = trial.gammas(top, of_neurons(trial, top, output))
    errors = []
    for layer, weights in enumerate(feedback):
        on_the_way = (top - layer) * trial.delay
        spikes = enumerate(trial.responses[layer].times)
        errors.append([
            np.array([weights[:, j] @ trial.slopes(top, gammas, t + on_the_way) + offsets[layer][j] for t in times])
            for j, times in spikes
        ])  # fmt: skip
    return [*errors, of_neurons(trial, top, output)]


def through_spike_times(trial, output, feedback, offsets):
    """``delta_z = sum_i w_ij (S1_i/tau_syn - S2_i/tau_m) + offset_j`` at the time at which it arrives."""
    return layer_wise(trial, output, [weights.T for weights in trial.weights[1:]], offsets)


def layer_wise(trial, output, feedback, offsets):
    """The same with feedback B_ij from the next layer in place of w_ij."""
    errors = [of_neurons(trial, len(trial.weights) - 1, output)]
    for layer in range(len(trial.weights) - 2, -1, -1):
        gammas, above = trial.gammas(layer + 1, errors[0]), feedback[layer]
        spikes = enumerate(trial.responses[layer].times)
        errors.insert(0, [
            np.array([back @ trial.slopes(layer + 1, gammas, t + trial.delay) + offsets[layer][j] for t in times])
            for back, (j, times) in zip(above.T, spikes, strict=True)
        ])  # fmt: skip
    return errors


def layer_wise_by_neuron(trial, output, feedback, offsets):
    """``e_j = sum_i B_ij e_i + offset_j``."""
    errors = [output]
    for weights, offset in zip(feedback[::-1], offsets[::-1], strict=True):
        errors.insert(0, errors[0] @ weights + offset)
    return [of_neurons(trial, layer, error) for layer, error in enumerate(errors)]


def potentials_of(trial):
    """Return the same trial for the rule of potentials."""
    inputs = [trial.inputs[0][0][trial.inputs[0][1] == j] for j in range(trial.weights[0].shape[0])]
    return plain_hm2bp.PlainTrial(trial.network, inputs, [response.times for response in trial.responses])


def macro(trial, output, feedback, offsets):
    """``err_j = sum_i err_i w_ij e_ij/(theta_i o_j) + offset_j``."""
    potentials, errors = potentials_of(trial), [output]
    for layer in range(len(trial.weights) - 1, 0, -1):
        errors.insert(0, potentials.below(layer, errors[0]) + offsets[layer - 1])
    return [of_neurons(trial, layer, error) for layer, error in enumerate(errors)]


TRANSPORTS = {
    "macro": macro,
    "direct": direct,
    "timed": timed,
    "layer-wise": layer_wise,
    "through-spike-times": through_spike_times,
}


def s_psp(trial, layer, errors):
    """Return the gradient of potentials at spikes with errors, twice for what they cause; silent neurons have none."""
    potentials = potentials_of(trial)
    cell, fired = potentials.cell(layer), trial.responses[layer].times
    return np.array([
        [-2.0 * plain_hm2bp.s_psp(cell, arrivals + trial.delay, times, deltas) / cell.theta
         for times, deltas in zip(fired, errors[layer], strict=True)]
        for arrivals in map(np.asarray, potentials.trains[layer])
    ])  # fmt: skip


LOCAL = {"spike-times": lambda trial, layer, errors: trial.gradient(layer, errors[layer]), "s-psp": s_psp}


def plain_gradients(network, trials, labels, rule, feedback, loss):
    """Return the mean gradient of each layer over all samples, and the spikes of each layer and sample."""
    layers = range(len(network.layers))
    counts = [np.array([trial.counts(layer) for trial in trials]) for layer in layers]
    errors = loss.error(counts[-1].astype(np.int32), labels).astype(float)
    offsets = [rule.rho * (rule.r_target - counts[layer].mean(axis=0)) for layer in layers[:-1]]
    totals = [np.zeros(w.shape) for w in network.weights]
    for trial, output in zip(trials, errors, strict=True):
        of_spikes = TRANSPORTS[rule.transport.name](trial, output, feedback, offsets)
        for layer in layers:
            totals[layer] += LOCAL[rule.local_gradient.name](trial, layer, of_spikes) / len(trials)
    return totals, counts
