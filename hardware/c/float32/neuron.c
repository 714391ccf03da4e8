/* The neuron in float32; see pynn_sfdfa.hardware.arithmetic.float32. */
#include "sfdfa_float.h"

/* Eight at a time, as in fixed point. */
void sfdfa_float_arrive(const float *row, float *total, uint32_t n)
{
    for (const float *const last = total + (n & ~7u); total != last; row += 8, total += 8) {
        total[0] += row[0];
        total[1] += row[1];
        total[2] += row[2];
        total[3] += row[3];
        total[4] += row[4];
        total[5] += row[5];
        total[6] += row[6];
        total[7] += row[7];
    }
    for (uint32_t i = 0; i < (n & 7u); ++i)
        total[i] += row[i];
}

void sfdfa_float_arrive_graded(const float *row, const float *grade, float *total, float *graded, uint32_t n)
{
    const float each = *grade;
    for (uint32_t i = 0; i < n; ++i) {
        total[i] += row[i];
        graded[i] += row[i] * each;
    }
}

void sfdfa_float_take_up(sfdfa_float_neuron *neurons, float *total, float *graded, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) {
        neurons[i].A += total[i];
        neurons[i].B += total[i];
        total[i] = 0.0f;
    }
    if (!graded)
        return;
    for (uint32_t i = 0; i < n; ++i) {
        neurons[i].D += graded[i];
        graded[i] = 0.0f;
    }
}

/* c/drive of a neuron that fires with A at the end of the tick. */
static inline float factor(const sfdfa_float_constants *constants, float A)
{
    float drive = A * constants->reach;
    if (constants->exact)
        drive -= constants->threshold;
    return drive > 0.0f ? constants->threshold / drive : 0.0f;
}

/* Reset a neuron and return the grade of its spike. */
static inline float fire(sfdfa_float_neuron *neuron, float threshold)
{
    const float grade = neuron->count == 0 ? neuron->D + neuron->perturbation : neuron->D;
    neuron->directional += grade;
    neuron->D = 0.0f;
    neuron->B -= threshold;
    neuron->count += 1;
    return grade;
}

uint32_t sfdfa_float_tick(const sfdfa_float_constants *constants, sfdfa_float_neuron *neurons, uint32_t n, uint32_t now,
                          sfdfa_float_spike *spikes, float *grades)
{
    const float keep_syn = constants->keep_syn, keep_m = constants->keep_m, threshold = constants->threshold;
    const int32_t max_spikes = constants->max_spikes;
    uint32_t fired = 0;
    for (uint32_t i = 0; i < n; ++i) {
        sfdfa_float_neuron *neuron = &neurons[i];
        const float A = neuron->A * keep_syn, B = neuron->B * keep_m;
        neuron->A = A;
        neuron->B = B;
        if (!(B - A >= threshold) || neuron->count >= max_spikes)
            continue;
        spikes[fired].tick = (uint16_t)now;
        spikes[fired].neuron = (uint16_t)i;
        spikes[fired].factor = factor(constants, A);
        grades[fired] = fire(neuron, threshold);
        ++fired;
    }
    return fired;
}
