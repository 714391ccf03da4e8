/* The forward estimate of the feedback weights; see pynn_sfdfa.hardware.arithmetic.feedback. */
#include "rounding.h"

#define RATE 31 /* fraction bits */

/* A feedback weight with the fraction bits of a product of two grades. */
static inline int64_t as_product(int32_t weight)
{
#if SFDFA_FEEDBACK >= 2 * SFDFA_GRADE
    return weight >> (SFDFA_FEEDBACK - 2 * SFDFA_GRADE);
#else
    return (int64_t)weight * ((int64_t)1 << (2 * SFDFA_GRADE - SFDFA_FEEDBACK));
#endif
}

void sfdfa_improve_feedback(int32_t *row, const sfdfa_neuron *neurons, int32_t directional, int32_t rate, uint32_t n,
                            sfdfa_tally *tally)
{
    uint32_t *saturated = &tally->saturated[SFDFA_COUNT_FEEDBACK];
    for (uint32_t i = 0; i < n; ++i) {
        if (neurons[i].count <= 0)
            continue;
        const int64_t wide = (int64_t)neurons[i].perturbation * directional - as_product(row[i]);
        const int32_t difference = limited64(nearest(wide, SFDFA_GRADE), INT32_LIMIT, saturated);
        const int64_t step = nearest((int64_t)difference * rate, RATE + SFDFA_GRADE - SFDFA_FEEDBACK);
        if (step == 0 && difference != 0 && rate != 0)
            ++tally->vanished[SFDFA_COUNT_FEEDBACK];
        row[i] = limited64(row[i] + step, INT32_LIMIT, saturated);
    }
}
