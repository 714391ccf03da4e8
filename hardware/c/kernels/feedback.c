/* The forward estimate of the feedback weights; see pynn_sfdfa.hardware.arithmetic.feedback. */
#include "rounding.h"

#define RATE 31 /* fraction bits */
#define PRODUCT_SHIFT (2 * SFDFA_GRADE - SFDFA_FEEDBACK) /* from a feedback weight to a product of two grades */

void sfdfa_improve_feedback(int32_t *row, const sfdfa_neuron *neurons, int32_t directional, int32_t rate, uint32_t n,
                            sfdfa_tally *tally)
{
    uint32_t *saturated = &tally->saturated[SFDFA_COUNT_FEEDBACK];
    if (rate == 0)
        return;
    for (uint32_t i = 0; i < n; ++i) {
        if (neurons[i].count == 0)
            continue;
        const int64_t weight = (int64_t)row[i] * ((int64_t)1 << PRODUCT_SHIFT);
        const int64_t wide = (int64_t)neurons[i].perturbation * directional - weight;
        const int32_t difference = limited64(nearest(wide, SFDFA_GRADE), INT32_LIMIT, saturated);
        const int64_t step = nearest((int64_t)difference * rate, RATE + SFDFA_GRADE - SFDFA_FEEDBACK);
        if (step == 0 && difference != 0)
            ++tally->vanished[SFDFA_COUNT_FEEDBACK];
        row[i] = limited64(row[i] + step, INT32_LIMIT, saturated);
    }
}
