/* SFDFA on a core without floating point: the kernels, over arrays that the caller provides.
 *
 * docs/arithmetic.md says what each computes and pynn_sfdfa.hardware.arithmetic is the specification in Python; results are
 * equal bit for bit. Nothing here allocates, keeps state of its own or calls a library. Layouts are mirrored by
 * benchmarks/toolchain/layouts.py.
 *
 * A trial of a layer:   sfdfa_rest, sfdfa_perturb (hidden layers)
 *   each event:         sfdfa_arrive or sfdfa_arrive_graded
 *   each tick:          sfdfa_take_up (if anything arrived), sfdfa_tick
 * Learning after it:    sfdfa_output_error, or sfdfa_feed_back for each output and sfdfa_hidden_error; sfdfa_replay_begin
 *   ticks backwards:    sfdfa_replay_spikes, sfdfa_replay_decay, sfdfa_change_row for each event the tick took up
 *   feedback weights:   sfdfa_improve_feedback for each output
 * Where hidden spikes have errors of their own, the output is walked backwards ahead of the hidden layer: sfdfa_pull_begin,
 *   then for each tick sfdfa_pull_spikes and sfdfa_pull_decay; and sfdfa_timed_spikes stands for sfdfa_replay_spikes.
 */
#ifndef SFDFA_H
#define SFDFA_H

#include <stdint.h>

#include "sfdfa_formats.h"

/* What can saturate, in the order of the counters; see Tally in pynn_sfdfa.hardware.arithmetic. */
enum sfdfa_variable {
    SFDFA_COUNT_INPUT,
    SFDFA_COUNT_STATE,
    SFDFA_COUNT_GRADE,
    SFDFA_COUNT_FACTOR,
    SFDFA_COUNT_ERROR,
    SFDFA_COUNT_CHANGE,
    SFDFA_COUNT_WEIGHT,
    SFDFA_COUNT_FEEDBACK,
    SFDFA_VARIABLES
};

/* Counters modulo 2^32; the caller clears them. */
typedef struct {
    uint32_t saturated[SFDFA_VARIABLES]; /* values that did not fit and were replaced by the limit */
    uint32_t vanished[SFDFA_VARIABLES];  /* results of a non-zero operand that were rounded to zero */
} sfdfa_tally;

/* Constants of a layer. */
typedef struct {
    int32_t loss_syn;   /* 1 - exp(-timestep/tau_syn), 32 fraction bits, below 1/2 */
    int32_t loss_m;     /* 1 - exp(-timestep/tau_m), as above */
    int32_t threshold;  /* c, format of the state, 2^8..2^30 - 1 */
    int32_t reach;      /* (tau_m - tau_syn)/tau_syn, 16 fraction bits */
    int32_t exact;      /* 1: exact, 0: bounded form of the spike-time derivative */
    int32_t max_spikes; /* a neuron that has fired as often in a trial fires no more */
} sfdfa_constants;

/* State of a neuron during a trial. */
typedef struct {
    int32_t A;            /* i_syn */
    int32_t B;            /* i_syn + (v - v_rest)/kappa */
    int32_t D;            /* weight times grade, summed since the last spike */
    int32_t directional;  /* grades of this trial's spikes, summed */
    int32_t count;        /* spikes in this trial */
    int32_t perturbation; /* v, part of the grade of the first spike; 0 for output neurons */
} sfdfa_neuron;

/* A spike, as learning needs it. */
typedef struct {
    uint16_t tick;
    uint16_t neuron;
    int32_t factor; /* c/drive */
} sfdfa_spike;

/* State of a neuron while a trial is replayed backwards. */
typedef struct {
    int32_t S1;
    int32_t S2;
    int32_t delta; /* -eta e tau_m/c */
} sfdfa_replay;

/* ---- random numbers (random.c) ---- */

#define SFDFA_PERTURBATION 1u /* purposes, second part of a key */
#define SFDFA_ROUNDING 2u

/* A word that depends on another and on one more part: key = 0, then one call each for seed, purpose, layer, trial, ... */
uint32_t sfdfa_key(uint32_t key, uint32_t part);

/* The word that `steps` draws lead to: for a core that holds a layer from its neuron `steps` on. */
uint32_t sfdfa_skip(uint32_t word, uint32_t steps);

/* ---- a trial (neuron.c, arrive.c) ---- */

/* Rest, no perturbation, no spikes. */
void sfdfa_rest(sfdfa_neuron *neurons, uint32_t n);

/* Draw v of neurons `first` to `first + n - 1` of a layer; key: seed, SFDFA_PERTURBATION, layer, trial. */
void sfdfa_perturb(sfdfa_neuron *neurons, uint32_t n, uint32_t first, uint32_t key);

/* One event without a grade: total[i] += weight. */
void sfdfa_arrive(const sfdfa_weight *row, int32_t *total, uint32_t n);

/* One event with a grade: also graded[i] += weight * grade. */
void sfdfa_arrive_graded(const sfdfa_weight *row, int32_t grade, int32_t *total, int64_t *graded, uint32_t n);

/* Take up what has arrived, and clear it; graded may be null where no event has a grade. */
void sfdfa_take_up(sfdfa_neuron *neurons, int32_t *total, int64_t *graded, uint32_t n, sfdfa_tally *tally);

/* Decay, spike test, spikes; returns the number k of neurons that fire.
 * spikes[0..k-1] and grades[0..k-1], with room for n, are set in the order of the neurons; now: index of the tick. */
uint32_t sfdfa_tick(const sfdfa_constants *constants, sfdfa_neuron *neurons, uint32_t n, uint32_t now,
                    sfdfa_spike *spikes, int32_t *grades, sfdfa_tally *tally);

/* c/drive of a neuron that fires with A at the end of the tick (factor.c). */
int32_t sfdfa_factor(const sfdfa_constants *constants, int32_t A, sfdfa_tally *tally);

/* ---- errors (error.c) ---- */

/* error[i] = target[i] - count */
void sfdfa_output_error(const int32_t *target, const sfdfa_neuron *neurons, int32_t *error, uint32_t n,
                        sfdfa_tally *tally);

/* total[i] += row[i] * error: the feedback of one output neuron to n hidden ones; at most 256 outputs. */
void sfdfa_feed_back(const int32_t *row, int32_t error, int64_t *total, uint32_t n);

/* error[i] = total[i] + rho (r_target - count); rho and r_target in the format of the error, at most 4096. */
void sfdfa_hidden_error(const int64_t *total, const sfdfa_neuron *neurons, int32_t rho, int32_t r_target,
                        int32_t *error, uint32_t n, sfdfa_tally *tally);

/* row[i] += rate (v directional - row[i]) for neurons that fired, from one output neuron's directional sum;
 * rate: eta_B with 31 fraction bits (feedback.c). */
void sfdfa_improve_feedback(int32_t *row, const sfdfa_neuron *neurons, int32_t directional, int32_t rate, uint32_t n,
                            sfdfa_tally *tally);

/* ---- learning (replay.c) ---- */

/* S1 = S2 = 0 and delta = -error * gain; gain: eta tau_m/c in the format of the change. */
void sfdfa_replay_begin(sfdfa_replay *replay, const int32_t *error, int32_t gain, uint32_t n, sfdfa_tally *tally);

/* Take back the spikes of tick `now`, which are the last of `count`; returns how many are left. */
uint32_t sfdfa_replay_spikes(sfdfa_replay *replay, const sfdfa_spike *spikes, uint32_t count, uint32_t now,
                             sfdfa_tally *tally);

/* Step back to the beginning of the tick; change[i] = S1 - S2 is what each event that the tick took up adds to a weight. */
void sfdfa_replay_decay(sfdfa_replay *replay, const sfdfa_constants *constants, int32_t *change, uint32_t n);

/* ---- errors of spikes (timed.c) ---- */

/* Output neurons after the last tick of a trial: S1 = S2 = 0, delta = error; all in the format of the error. */
void sfdfa_pull_begin(sfdfa_replay *outputs, const int32_t *error, uint32_t n, sfdfa_tally *tally);

/* Take back the output spikes of tick `now`, which are the last of `count`; returns how many are left. */
uint32_t sfdfa_pull_spikes(sfdfa_replay *outputs, const sfdfa_spike *spikes, uint32_t count, uint32_t now,
                           sfdfa_tally *tally);

/* Step back to the beginning of the tick; pull[o] is the error, for a unit of weight, of what the tick took up. Of the
 * constants, which are those of the output layer, loss_syn, loss_m and reach are read. */
void sfdfa_pull_decay(sfdfa_replay *outputs, const sfdfa_constants *constants, int32_t *pull, uint32_t n,
                      sfdfa_tally *tally);

/* As sfdfa_replay_spikes, with the error that feedback gives each spike beside that of its neuron. feedback: rows of n
 * weights, one for each output; pull: at the tick that took these spikes up; gain: eta tau_m/c over c of the output. */
uint32_t sfdfa_timed_spikes(sfdfa_replay *replay, const sfdfa_spike *spikes, uint32_t count, uint32_t now,
                            const int32_t *feedback, uint32_t n, const int32_t *pull, uint32_t outputs, int32_t gain,
                            sfdfa_tally *tally);

/* ---- weights (change_row.c) ---- */

/* row[i] += change[i]. word, for stochastic rounding only: the key of seed, SFDFA_ROUNDING, layer, trial, tick and
 * presynaptic neuron, skipped to the core's first neuron. */
void sfdfa_change_row(sfdfa_weight *row, const int32_t *change, uint32_t word, uint32_t n, sfdfa_tally *tally);

#endif
