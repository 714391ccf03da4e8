/* Errors of hidden spikes; see pynn_sfdfa.hardware.arithmetic.timed. */
#include "rounding.h"

#define REACH 16 /* fraction bits */

/* Take back a spike: gamma = factor (delta + S2), added to both sums. */
static inline void take_back(sfdfa_replay *neuron, int32_t factor, int32_t delta, uint32_t *saturated)
{
    const int64_t wide = nearest((int64_t)factor * (delta + neuron->S2), SFDFA_FACTOR);
    const int32_t gamma = limited64(wide, SUM_LIMIT, saturated);
    neuron->S1 = limited(neuron->S1 + gamma, SUM_LIMIT, saturated);
    neuron->S2 = limited(neuron->S2 + gamma, SUM_LIMIT, saturated);
}

void sfdfa_pull_begin(sfdfa_replay *outputs, const int32_t *error, uint32_t n, sfdfa_tally *tally)
{
    for (uint32_t o = 0; o < n; ++o) {
        outputs[o].S1 = 0;
        outputs[o].S2 = 0;
        outputs[o].delta = limited64(error[o], SUM_LIMIT, &tally->saturated[SFDFA_COUNT_ERROR]);
    }
}

uint32_t sfdfa_pull_spikes(sfdfa_replay *outputs, const sfdfa_spike *spikes, uint32_t count, uint32_t now,
                           sfdfa_tally *tally)
{
    for (; count != 0 && spikes[count - 1].tick == now; --count) {
        sfdfa_replay *output = &outputs[spikes[count - 1].neuron];
        take_back(output, spikes[count - 1].factor, output->delta, &tally->saturated[SFDFA_COUNT_ERROR]);
    }
    return count;
}

void sfdfa_pull_decay(sfdfa_replay *outputs, const sfdfa_constants *constants, int32_t *pull, uint32_t n,
                      sfdfa_tally *tally)
{
    const int32_t loss_syn = constants->loss_syn, loss_m = constants->loss_m, reach = constants->reach;
    for (uint32_t o = 0; o < n; ++o) {
        const int32_t S1 = decayed(outputs[o].S1, loss_syn), S2 = decayed(outputs[o].S2, loss_m);
        outputs[o].S1 = S1;
        outputs[o].S2 = S2;
        const int64_t wide = S1 - S2 + nearest((int64_t)S1 * reach, REACH);
        pull[o] = limited64(wide, INT32_LIMIT, &tally->saturated[SFDFA_COUNT_ERROR]);
    }
}

/* What the output makes of a spike of the neuron in whose column of the feedback `weight` begins. */
static inline int32_t spike_delta(const int32_t *weight, uint32_t n, const int32_t *pull, uint32_t outputs, int32_t gain,
                                  sfdfa_tally *tally)
{
    int64_t total = 0;
    for (uint32_t o = 0; o < outputs; ++o, weight += n)
        total += (int64_t)(*weight >> (SFDFA_FEEDBACK - SFDFA_ERROR)) * pull[o];
    const int32_t error = limited64(nearest(total, SFDFA_ERROR), INT32_LIMIT, &tally->saturated[SFDFA_COUNT_ERROR]);
    const int64_t wide = -nearest((int64_t)error * gain, SFDFA_ERROR);
    const int32_t delta = limited64(wide, SUM_LIMIT, &tally->saturated[SFDFA_COUNT_CHANGE]);
    if (delta == 0 && error != 0 && gain != 0)
        ++tally->vanished[SFDFA_COUNT_CHANGE];
    return delta;
}

uint32_t sfdfa_timed_spikes(sfdfa_replay *replay, const sfdfa_spike *spikes, uint32_t count, uint32_t now,
                            const int32_t *feedback, uint32_t n, const int32_t *pull, uint32_t outputs, int32_t gain,
                            sfdfa_tally *tally)
{
    uint32_t *saturated = &tally->saturated[SFDFA_COUNT_CHANGE];
    for (; count != 0 && spikes[count - 1].tick == now; --count) {
        const sfdfa_spike *spike = &spikes[count - 1];
        const int32_t delta = spike_delta(feedback + spike->neuron, n, pull, outputs, gain, tally);
        sfdfa_replay *neuron = &replay[spike->neuron];
        take_back(neuron, spike->factor, limited(neuron->delta + delta, SUM_LIMIT, saturated), saturated);
    }
    return count;
}
