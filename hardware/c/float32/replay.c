/* A trial replayed backwards, in float32; see pynn_sfdfa.hardware.arithmetic.float32. */
#include "sfdfa_float.h"

void sfdfa_float_replay_begin(sfdfa_float_replay *replay, const float *error, const sfdfa_float_learning *learning,
                              uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) {
        replay[i].S1 = 0.0f;
        replay[i].S2 = 0.0f;
        replay[i].delta = -(error[i] * learning->gain);
    }
}

/* Take back a spike: gamma = factor (delta + S2), added to both sums. */
static inline void take_back(sfdfa_float_replay *neuron, float factor, float delta)
{
    const float gamma = factor * (delta + neuron->S2);
    neuron->S1 += gamma;
    neuron->S2 += gamma;
}

uint32_t sfdfa_float_replay_spikes(sfdfa_float_replay *replay, const sfdfa_float_spike *spikes, uint32_t count,
                                   uint32_t now)
{
    for (; count != 0 && spikes[count - 1].tick == now; --count) {
        sfdfa_float_replay *neuron = &replay[spikes[count - 1].neuron];
        take_back(neuron, spikes[count - 1].factor, neuron->delta);
    }
    return count;
}

void sfdfa_float_replay_decay(sfdfa_float_replay *replay, const sfdfa_float_constants *constants, float *change,
                              uint32_t n)
{
    const float keep_syn = constants->keep_syn, keep_m = constants->keep_m;
    for (uint32_t i = 0; i < n; ++i) {
        const float S1 = replay[i].S1 * keep_syn, S2 = replay[i].S2 * keep_m;
        replay[i].S1 = S1;
        replay[i].S2 = S2;
        change[i] = S1 - S2;
    }
}

void sfdfa_float_change_row(float *row, const float *change, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        row[i] += change[i];
}

void sfdfa_float_pull_decay(sfdfa_float_replay *outputs, const sfdfa_float_constants *constants, float *pull, uint32_t n)
{
    const float reach = constants->reach;
    sfdfa_float_replay_decay(outputs, constants, pull, n);
    for (uint32_t o = 0; o < n; ++o)
        pull[o] += outputs[o].S1 * reach;
}

uint32_t sfdfa_float_timed_spikes(sfdfa_float_replay *replay, const sfdfa_float_spike *spikes, uint32_t count, uint32_t now,
                                  const float *feedback, uint32_t n, const float *pull, uint32_t outputs,
                                  const sfdfa_float_learning *learning)
{
    for (; count != 0 && spikes[count - 1].tick == now; --count) {
        const sfdfa_float_spike *spike = &spikes[count - 1];
        const float *weight = feedback + spike->neuron;
        float error = 0.0f;
        for (uint32_t o = 0; o < outputs; ++o, weight += n)
            error += *weight * pull[o];
        sfdfa_float_replay *neuron = &replay[spike->neuron];
        take_back(neuron, spike->factor, neuron->delta - error * learning->timed_gain);
    }
    return count;
}
