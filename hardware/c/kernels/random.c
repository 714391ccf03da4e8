/* Random words as functions of what they are for; see pynn_sfdfa.hardware.arithmetic.random. */
#include "random.h"

#include "rounding.h"

#define GOLDEN 0x9E3779B9u

/* 1/sqrt(8 (256^2 - 1)/12) with 24 fraction bits: the sum of eight bytes gets the variance 1. */
#define SCALE 80266
#define MEAN 1020

static inline uint32_t mixed(uint32_t word)
{
    word = (word ^ (word >> 16)) * 0x7FEB352Du;
    word = (word ^ (word >> 15)) * 0x846CA68Bu;
    return word ^ (word >> 16);
}

uint32_t sfdfa_key(uint32_t key, uint32_t part)
{
    return mixed((key ^ part) + GOLDEN);
}

uint32_t sfdfa_skip(uint32_t word, uint32_t steps)
{
    uint32_t multiplier = MULTIPLIER, increment = INCREMENT;
    for (; steps != 0; steps >>= 1) {
        if (steps & 1u)
            word = word * multiplier + increment;
        increment *= multiplier + 1u; /* two steps in one */
        multiplier *= multiplier;
    }
    return word;
}

static inline uint32_t pair_sums(uint32_t word)
{
    return (word & 0x00FF00FFu) + ((word >> 8) & 0x00FF00FFu);
}

void sfdfa_perturb(sfdfa_neuron *neurons, uint32_t n, uint32_t first, uint32_t key)
{
    for (uint32_t i = 0; i < n; ++i) {
        const uint32_t one = sfdfa_key(key, first + i);
        const uint32_t pairs = pair_sums(one) + pair_sums(mixed(one + GOLDEN));
        const int32_t total = (int32_t)((pairs & 0xFFFFu) + (pairs >> 16));
        neurons[i].perturbation = (int32_t)nearest((total - MEAN) * SCALE, 24 - SFDFA_GRADE);
    }
}
