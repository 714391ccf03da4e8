/* Errors at the end of a trial; see pynn_sfdfa.hardware.arithmetic.feedback. */
#include "rounding.h"

#define ONE_SPIKE (1 << SFDFA_ERROR)

void sfdfa_output_error(const int32_t *target, const sfdfa_neuron *neurons, int32_t *error, uint32_t n,
                        sfdfa_tally *tally)
{
    for (uint32_t i = 0; i < n; ++i) {
        const int64_t wide = target[i] - (int64_t)neurons[i].count * ONE_SPIKE;
        error[i] = limited64(wide, INT32_LIMIT, &tally->saturated[SFDFA_COUNT_ERROR]);
    }
}

void sfdfa_feed_back(const int32_t *row, int32_t error, int64_t *total, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        total[i] += (int64_t)(row[i] >> (SFDFA_FEEDBACK - SFDFA_ERROR)) * error;
}

void sfdfa_hidden_error(const int64_t *total, const sfdfa_neuron *neurons, int32_t rho, int32_t r_target,
                        int32_t *error, uint32_t n, sfdfa_tally *tally)
{
    for (uint32_t i = 0; i < n; ++i) {
        const int64_t rate = r_target - (int64_t)neurons[i].count * ONE_SPIKE;
        const int64_t wide = nearest(total[i] + rho * rate, SFDFA_ERROR);
        error[i] = limited64(wide, INT32_LIMIT, &tally->saturated[SFDFA_COUNT_ERROR]);
    }
}
