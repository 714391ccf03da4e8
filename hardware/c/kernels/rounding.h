/* Shifts with stated rounding, and limits with counters. Right shifts of negative numbers are arithmetic, as on every
 * compiler for the machines meant here. */
#ifndef SFDFA_ROUNDING_H
#define SFDFA_ROUNDING_H

#include "sfdfa.h"

/* 32-bit variables lie within +-INT32_LIMIT; A, B, S1, S2 and delta within +-SUM_LIMIT, so that two of them can be added. */
#define INT32_LIMIT INT32_MAX
#define SUM_LIMIT ((1 << 30) - 1)
#define INPUT_LIMIT ((1 << (30 - (SFDFA_STATE - SFDFA_INPUT))) - 1)
#define WEIGHT_LIMIT ((int32_t)(((uint32_t)1 << (SFDFA_WEIGHT_BITS - 1)) - 1))

/* x / 2^bits to the nearest integer, halves upwards. */
static inline int64_t nearest(int64_t x, uint32_t bits)
{
    return (x + (((int64_t)1 << bits) >> 1)) >> bits;
}

/* One unsigned comparison decides whether x lies within +-limit, which it nearly always does. */
static inline int32_t limited(int32_t x, int32_t limit, uint32_t *saturated)
{
    if ((uint32_t)x + (uint32_t)limit <= 2u * (uint32_t)limit)
        return x;
    ++*saturated;
    return x > 0 ? limit : -limit;
}

static inline int32_t limited64(int64_t x, int32_t limit, uint32_t *saturated)
{
    if ((uint64_t)x + (uint64_t)limit <= 2u * (uint64_t)limit)
        return (int32_t)x;
    ++*saturated;
    return x > 0 ? limit : -limit;
}

/* x after one tick in which the share `loss` of it is lost (32 fraction bits). */
static inline int32_t decayed(int32_t x, int32_t loss)
{
    return x - (int32_t)nearest((int64_t)x * loss, 32);
}

#endif
