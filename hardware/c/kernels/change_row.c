/* What one event does to the weights; see pynn_sfdfa.hardware.arithmetic.replay. */
#include "random.h"
#include "rounding.h"

#define BITS (SFDFA_CHANGE - SFDFA_WEIGHT)

/* A change with the fraction bits of a weight. The parts before and behind the new point are shifted apart, so that
 * nothing overflows. */
static inline int32_t step_of(int32_t change, uint32_t *word)
{
#if BITS == 0
    (void)word;
    return change;
#elif SFDFA_STOCHASTIC
    const uint32_t behind = (uint32_t)change & ((1u << BITS) - 1u);
    *word = next_word(*word);
    return (change >> BITS) + (int32_t)((behind + (*word >> (32 - BITS))) >> BITS);
#else
    (void)word;
    return (change >> BITS) + ((change >> (BITS - 1)) & 1);
#endif
}

void sfdfa_change_row(sfdfa_weight *row, const int32_t *change, uint32_t word, uint32_t n, sfdfa_tally *tally)
{
    for (uint32_t i = 0; i < n; ++i) {
        const int32_t step = step_of(change[i], &word);
        if (step == 0 && change[i] != 0)
            ++tally->vanished[SFDFA_COUNT_WEIGHT];
        row[i] = (sfdfa_weight)limited64((int64_t)row[i] + step, WEIGHT_LIMIT, &tally->saturated[SFDFA_COUNT_WEIGHT]);
    }
}
