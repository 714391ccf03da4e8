/* SFDFA on a core with a unit for float32, such as SpiNNaker2's Cortex-M4F: the kernels of sfdfa.h without fixed point.
 *
 * pynn_sfdfa.hardware.arithmetic.float32 is the specification; results are equal bit for bit where each operation is rounded
 * once: compile with -ffp-contract=off. Nothing saturates, so nothing is counted. Single numbers are passed by address, so
 * that calls do not depend on how an ABI passes floats. Random numbers are those of sfdfa.h.
 */
#ifndef SFDFA_FLOAT_H
#define SFDFA_FLOAT_H

#include <stdint.h>

/* Constants of a layer. */
typedef struct {
    float keep_syn;     /* exp(-timestep/tau_syn) */
    float keep_m;       /* exp(-timestep/tau_m) */
    float threshold;    /* c, nA */
    float reach;        /* (tau_m - tau_syn)/tau_syn */
    int32_t exact;      /* 1: exact, 0: bounded form of the spike-time derivative */
    int32_t max_spikes; /* a neuron that has fired as often in a trial fires no more */
} sfdfa_float_constants;

/* How a hidden layer learns. */
typedef struct {
    float gain;       /* eta tau_m/c, nA a spike of error */
    float timed_gain; /* gain over c of the output */
    float rho;
    float r_target;
    float rate; /* of the feedback weights */
} sfdfa_float_learning;

/* State of a neuron during a trial; as sfdfa_neuron. */
typedef struct {
    float A;
    float B;
    float D;
    float directional;
    int32_t count;
    float perturbation;
} sfdfa_float_neuron;

/* A spike, as learning needs it. */
typedef struct {
    uint16_t tick;
    uint16_t neuron;
    float factor; /* c/drive */
} sfdfa_float_spike;

/* State of a neuron while a trial is replayed backwards. */
typedef struct {
    float S1;
    float S2;
    float delta; /* -eta e tau_m/c; of an output whose pull is wanted: e */
} sfdfa_float_replay;

/* ---- a trial (neuron.c) ---- */

/* One event without a grade: total[i] += weight. */
void sfdfa_float_arrive(const float *row, float *total, uint32_t n);

/* One event with a grade: also graded[i] += weight * grade. */
void sfdfa_float_arrive_graded(const float *row, const float *grade, float *total, float *graded, uint32_t n);

/* Take up what has arrived, and clear it; graded may be null where no event has a grade. */
void sfdfa_float_take_up(sfdfa_float_neuron *neurons, float *total, float *graded, uint32_t n);

/* As sfdfa_tick. */
uint32_t sfdfa_float_tick(const sfdfa_float_constants *constants, sfdfa_float_neuron *neurons, uint32_t n, uint32_t now,
                          sfdfa_float_spike *spikes, float *grades);

/* ---- learning (replay.c) ---- */

/* S1 = S2 = 0 and delta = -error * gain. */
void sfdfa_float_replay_begin(sfdfa_float_replay *replay, const float *error, const sfdfa_float_learning *learning,
                              uint32_t n);

/* Take back the spikes of tick `now`, which are the last of `count`; returns how many are left. */
uint32_t sfdfa_float_replay_spikes(sfdfa_float_replay *replay, const sfdfa_float_spike *spikes, uint32_t count,
                                   uint32_t now);

/* Step back to the beginning of the tick; change[i] = S1 - S2. */
void sfdfa_float_replay_decay(sfdfa_float_replay *replay, const sfdfa_float_constants *constants, float *change,
                              uint32_t n);

/* row[i] += change[i] */
void sfdfa_float_change_row(float *row, const float *change, uint32_t n);

/* As sfdfa_float_replay_decay for output neurons, of which pull[o] = S1 - S2 + S1 reach is wanted. */
void sfdfa_float_pull_decay(sfdfa_float_replay *outputs, const sfdfa_float_constants *constants, float *pull, uint32_t n);

/* As sfdfa_float_replay_spikes, with the error that feedback gives each spike; as sfdfa_timed_spikes. */
uint32_t sfdfa_float_timed_spikes(sfdfa_float_replay *replay, const sfdfa_float_spike *spikes, uint32_t count, uint32_t now,
                                  const float *feedback, uint32_t n, const float *pull, uint32_t outputs,
                                  const sfdfa_float_learning *learning);

/* ---- errors and feedback weights (feedback.c) ---- */

/* error[i] = target[i] - count */
void sfdfa_float_output_error(const float *target, const sfdfa_float_neuron *neurons, float *error, uint32_t n);

/* total[i] += row[i] * error: the feedback of one output neuron to n hidden ones. */
void sfdfa_float_feed_back(const float *row, const float *error, float *total, uint32_t n);

/* error[i] = total[i] + rho (r_target - count) */
void sfdfa_float_hidden_error(const float *total, const sfdfa_float_neuron *neurons, const sfdfa_float_learning *learning,
                              float *error, uint32_t n);

/* row[i] += rate (v directional - row[i]) for neurons that fired. */
void sfdfa_float_improve_feedback(float *row, const sfdfa_float_neuron *neurons, const float *directional,
                                  const sfdfa_float_learning *learning, uint32_t n);

#endif
