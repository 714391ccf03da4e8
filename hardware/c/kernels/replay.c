/* A trial replayed backwards, with the error folded in; see pynn_sfdfa.hardware.arithmetic.replay. */
#include "rounding.h"

void sfdfa_replay_begin(sfdfa_replay *replay, const int32_t *error, int32_t gain, uint32_t n, sfdfa_tally *tally)
{
    for (uint32_t i = 0; i < n; ++i) {
        const int64_t wide = -nearest((int64_t)error[i] * gain, SFDFA_ERROR);
        replay[i].S1 = 0;
        replay[i].S2 = 0;
        replay[i].delta = limited64(wide, SUM_LIMIT, &tally->saturated[SFDFA_COUNT_CHANGE]);
        if (replay[i].delta == 0 && error[i] != 0 && gain != 0)
            ++tally->vanished[SFDFA_COUNT_CHANGE];
    }
}

uint32_t sfdfa_replay_spikes(sfdfa_replay *replay, const sfdfa_spike *spikes, uint32_t count, uint32_t now,
                             sfdfa_tally *tally)
{
    uint32_t *saturated = &tally->saturated[SFDFA_COUNT_CHANGE];
    for (; count != 0 && spikes[count - 1].tick == now; --count) {
        const sfdfa_spike *spike = &spikes[count - 1];
        sfdfa_replay *neuron = &replay[spike->neuron];
        const int64_t wide = nearest((int64_t)spike->factor * (neuron->delta + neuron->S2), SFDFA_FACTOR);
        const int32_t gamma = limited64(wide, SUM_LIMIT, saturated);
        neuron->S1 = limited(neuron->S1 + gamma, SUM_LIMIT, saturated);
        neuron->S2 = limited(neuron->S2 + gamma, SUM_LIMIT, saturated);
    }
    return count;
}

void sfdfa_replay_decay(sfdfa_replay *replay, const sfdfa_constants *constants, int32_t *change, uint32_t n)
{
    const int32_t loss_syn = constants->loss_syn, loss_m = constants->loss_m;
    for (uint32_t i = 0; i < n; ++i) {
        const int32_t S1 = decayed(replay[i].S1, loss_syn), S2 = decayed(replay[i].S2, loss_m);
        replay[i].S1 = S1;
        replay[i].S2 = S2;
        change[i] = S1 - S2;
    }
}
