/* Division without a divider: a table and two steps of Newton's iteration; see pynn_sfdfa.hardware.arithmetic.reciprocal. */
#include "rounding.h"

#define REACH 16 /* fraction bits */

/* Entry k is 2^24/(257 + 2k), rounded: the reciprocal of the middle of the k-th of 128 parts of 1/2..1. */
#define ENTRY(k) (uint16_t)(((1ul << 24) + (257ul + 2ul * (k)) / 2ul) / (257ul + 2ul * (k)))
#define ENTRIES_4(k) ENTRY(k), ENTRY((k) + 1), ENTRY((k) + 2), ENTRY((k) + 3)
#define ENTRIES_16(k) ENTRIES_4(k), ENTRIES_4((k) + 4), ENTRIES_4((k) + 8), ENTRIES_4((k) + 12)
#define ENTRIES_64(k) ENTRIES_16(k), ENTRIES_16((k) + 16), ENTRIES_16((k) + 32), ENTRIES_16((k) + 48)

static const uint16_t reciprocals[128] = {ENTRIES_64(0), ENTRIES_64(64)};

static inline uint32_t leading_zeros(uint32_t x)
{
    uint32_t zeros = 0;
    for (uint32_t half = 16; half != 0; half >>= 1)
        if (x >> (32 - half) == 0) {
            zeros += half;
            x <<= half;
        }
    return zeros;
}

/* 1/m with 30 fraction bits, for a mantissa m in 1/2..1 with 32. */
static inline uint32_t reciprocal(uint32_t mantissa)
{
    uint32_t r = reciprocals[(mantissa >> 24) & 0x7Fu];
    r = (uint32_t)(((uint64_t)r * (0u - (mantissa >> 16) * r)) >> 16);
    const uint32_t product = (uint32_t)(((uint64_t)mantissa * r) >> 32);
    return (uint32_t)(((uint64_t)r * (0x80000000u - product)) >> 30);
}

int32_t sfdfa_factor(const sfdfa_constants *constants, int32_t A, sfdfa_tally *tally)
{
    int64_t wide = nearest((int64_t)A * constants->reach, REACH);
    if (constants->exact)
        wide -= constants->threshold;
    const int32_t drive = limited64(wide, INT32_LIMIT, &tally->saturated[SFDFA_COUNT_STATE]);
    if (drive <= 0)
        return 0;
    const uint32_t zeros = leading_zeros((uint32_t)drive);
    const uint64_t product = (uint64_t)(uint32_t)constants->threshold * reciprocal((uint32_t)drive << zeros);
    const int64_t factor = nearest((int64_t)product, 62u - SFDFA_FACTOR - zeros);
    return limited64(factor, INT32_LIMIT, &tally->saturated[SFDFA_COUNT_FACTOR]);
}
