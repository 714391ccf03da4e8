/* Errors and feedback weights in float32; see pynn_sfdfa.hardware.arithmetic.float32. */
#include "sfdfa_float.h"

void sfdfa_float_output_error(const float *target, const sfdfa_float_neuron *neurons, float *error, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        error[i] = target[i] - (float)neurons[i].count;
}

void sfdfa_float_feed_back(const float *row, const float *error, float *total, uint32_t n)
{
    const float e = *error;
    for (uint32_t i = 0; i < n; ++i)
        total[i] += row[i] * e;
}

void sfdfa_float_hidden_error(const float *total, const sfdfa_float_neuron *neurons, const sfdfa_float_learning *learning,
                              float *error, uint32_t n)
{
    const float rho = learning->rho, r_target = learning->r_target;
    for (uint32_t i = 0; i < n; ++i)
        error[i] = total[i] + rho * (r_target - (float)neurons[i].count);
}

void sfdfa_float_improve_feedback(float *row, const sfdfa_float_neuron *neurons, const float *directional,
                                  const sfdfa_float_learning *learning, uint32_t n)
{
    const float d = *directional, rate = learning->rate;
    for (uint32_t i = 0; i < n; ++i)
        if (neurons[i].count != 0)
            row[i] += rate * (neurons[i].perturbation * d - row[i]);
}
