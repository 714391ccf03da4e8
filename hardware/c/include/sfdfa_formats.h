/* Number formats: fraction bits of each variable, as in pynn_sfdfa.hardware.arithmetic.Formats, fixed when compiling.
 *
 * A value x is kept as the integer nearest to x * 2^fraction. Other formats: -DSFDFA_STATE=20 and so on, for all sources
 * alike.
 */
#ifndef SFDFA_FORMATS_H
#define SFDFA_FORMATS_H

#include <stdint.h>

#ifndef SFDFA_STATE
#define SFDFA_STATE 21 /* A, B and the threshold (nA) */
#endif
#ifndef SFDFA_INPUT
#define SFDFA_INPUT 16 /* weights on arrival, and their sum within a tick (nA) */
#endif
#ifndef SFDFA_WEIGHT
#define SFDFA_WEIGHT 27 /* stored weights (nA) */
#endif
#ifndef SFDFA_WEIGHT_BITS
#define SFDFA_WEIGHT_BITS 32 /* size of a stored weight: 16 or 32 */
#endif
#ifndef SFDFA_GRADE
#define SFDFA_GRADE 16 /* grades, D, directional sums and perturbations */
#endif
#ifndef SFDFA_FACTOR
#define SFDFA_FACTOR 24 /* c/drive of a spike */
#endif
#ifndef SFDFA_CHANGE
#define SFDFA_CHANGE 27 /* delta, gamma, S1, S2 (nA) */
#endif
#ifndef SFDFA_ERROR
#define SFDFA_ERROR 16 /* errors and targets (spikes) */
#endif
#ifndef SFDFA_FEEDBACK
#define SFDFA_FEEDBACK 24 /* feedback weights */
#endif
#ifndef SFDFA_STOCHASTIC
#define SFDFA_STOCHASTIC 0 /* 1: changes are rounded to weights at random; 0: to the nearest */
#endif

#if SFDFA_INPUT > SFDFA_STATE || SFDFA_WEIGHT > SFDFA_CHANGE
#error "A variable has more fraction bits than the one it is rounded from"
#endif
#if SFDFA_FEEDBACK > 2 * SFDFA_GRADE || SFDFA_GRADE > 24 || SFDFA_FACTOR > 30
#error "SFDFA_FEEDBACK must be at most 2 * SFDFA_GRADE, SFDFA_GRADE at most 24, SFDFA_FACTOR at most 30"
#endif

#if SFDFA_FEEDBACK < SFDFA_ERROR + 8
#error "SFDFA_FEEDBACK must be at least SFDFA_ERROR + 8: else the feedback of 256 outputs overflows 64 bits"
#endif

#if SFDFA_WEIGHT_BITS == 16
typedef int16_t sfdfa_weight;
#elif SFDFA_WEIGHT_BITS == 32
typedef int32_t sfdfa_weight;
#else
#error "SFDFA_WEIGHT_BITS must be 16 or 32"
#endif

#endif
