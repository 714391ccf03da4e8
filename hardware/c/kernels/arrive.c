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

/* Eight at a time, which takes a fifth less: most of what a core does in a trial is this loop. */
void sfdfa_arrive(const sfdfa_weight *row, int32_t *total, uint32_t n)
{
    for (const int32_t *const last = total + (n & ~7u); total != last; row += 8, total += 8) {
        total[0] += arriving(row[0]);
        total[1] += arriving(row[1]);
        total[2] += arriving(row[2]);
        total[3] += arriving(row[3]);
        total[4] += arriving(row[4]);
        total[5] += arriving(row[5]);
        total[6] += arriving(row[6]);
        total[7] += arriving(row[7]);
    }
    for (uint32_t i = 0; i < (n & 7u); ++i)
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
