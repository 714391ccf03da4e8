/* Arrival of spikes; see pynn_sfdfa.hardware.arithmetic.arrival. */
#include "rounding.h"

/* A stored weight in the format of the input, rounded down. */
static inline int32_t arriving(sfdfa_weight weight)
{
#if SFDFA_WEIGHT >= SFDFA_INPUT
    return weight >> (SFDFA_WEIGHT - SFDFA_INPUT);
#else
    return weight * (1 << (SFDFA_INPUT - SFDFA_WEIGHT));
#endif
}

void sfdfa_arrive(const sfdfa_weight *row, int32_t *total, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        total[i] += arriving(row[i]);
}

void sfdfa_arrive_graded(const sfdfa_weight *row, int32_t grade, int32_t *total, int64_t *graded, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) {
        const int32_t u = arriving(row[i]);
        total[i] += u;
        graded[i] += (int64_t)u * grade;
    }
}
