/* The generator for stochastic rounding: modulo 2^32, one multiplication a word (constants of Numerical Recipes). */
#ifndef SFDFA_RANDOM_H
#define SFDFA_RANDOM_H

#include <stdint.h>

#define MULTIPLIER 1664525u
#define INCREMENT 1013904223u

static inline uint32_t next_word(uint32_t word)
{
    return word * MULTIPLIER + INCREMENT;
}

#endif
