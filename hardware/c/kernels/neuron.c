/* The neuron; see pynn_sfdfa.hardware.arithmetic.neuron. */
#include "rounding.h"

void sfdfa_rest(sfdfa_neuron *neurons, uint32_t n)
{
    for (sfdfa_neuron *neuron = neurons; neuron != neurons + n; ++neuron) {
        neuron->A = neuron->B = neuron->D = 0;
        neuron->directional = neuron->count = neuron->perturbation = 0;
    }
}

void sfdfa_take_up(sfdfa_neuron *neurons, int32_t *total, int64_t *graded, uint32_t n, sfdfa_tally *tally)
{
    for (uint32_t i = 0; i < n; ++i) {
        sfdfa_neuron *neuron = &neurons[i];
        const int32_t input = limited(total[i], INPUT_LIMIT, &tally->saturated[SFDFA_COUNT_INPUT]);
        const int32_t current = input * (1 << (SFDFA_STATE - SFDFA_INPUT));
        neuron->A = limited(neuron->A + current, SUM_LIMIT, &tally->saturated[SFDFA_COUNT_STATE]);
        neuron->B = limited(neuron->B + current, SUM_LIMIT, &tally->saturated[SFDFA_COUNT_STATE]);
        total[i] = 0;
    }
    if (!graded)
        return;
    for (uint32_t i = 0; i < n; ++i) {
        const int64_t D = neurons[i].D + nearest(graded[i], SFDFA_INPUT);
        neurons[i].D = limited64(D, INT32_LIMIT, &tally->saturated[SFDFA_COUNT_GRADE]);
        graded[i] = 0;
    }
}

/* Reset a neuron and return the grade of its spike. */
static inline int32_t fire(sfdfa_neuron *neuron, int32_t threshold, sfdfa_tally *tally)
{
    uint32_t *saturated = &tally->saturated[SFDFA_COUNT_GRADE];
    const int64_t sum = (int64_t)neuron->D + (neuron->count == 0 ? neuron->perturbation : 0);
    const int32_t grade = limited64(sum, INT32_LIMIT, saturated);
    neuron->directional = limited64((int64_t)neuron->directional + grade, INT32_LIMIT, saturated);
    neuron->D = 0;
    neuron->B -= threshold;
    neuron->count += 1;
    return grade;
}

uint32_t sfdfa_tick(const sfdfa_constants *constants, sfdfa_neuron *neurons, uint32_t n, uint32_t now,
                    sfdfa_spike *spikes, int32_t *grades, sfdfa_tally *tally)
{
    const int32_t loss_syn = constants->loss_syn, loss_m = constants->loss_m;
    const int32_t threshold = constants->threshold, max_spikes = constants->max_spikes;
    uint32_t fired = 0;
    for (uint32_t i = 0; i < n; ++i) {
        sfdfa_neuron *neuron = &neurons[i];
        const int32_t A = decayed(neuron->A, loss_syn), B = decayed(neuron->B, loss_m);
        neuron->A = A;
        neuron->B = B;
        if (B - A < threshold || neuron->count >= max_spikes)
            continue;
        spikes[fired].tick = (uint16_t)now;
        spikes[fired].neuron = (uint16_t)i;
        spikes[fired].factor = sfdfa_factor(constants, A, tally);
        grades[fired] = fire(neuron, threshold, tally);
        ++fired;
    }
    return fired;
}
