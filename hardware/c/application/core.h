/* What the parts of the application share. */
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "regions.h"
#include "sfdfa.h"

/* Everything a core knows; one instance. */
typedef struct {
    configuration_t configuration; /* as the host wrote it */
    sfdfa_constants constants;
    const source_t *sources; /* sorted by key */
    const int32_t *initial;  /* in SDRAM: A, then B, at time 0 */
    sfdfa_weight *weights;   /* in SDRAM */
    const uint32_t *absent;  /* in SDRAM */
    int32_t *feedback;       /* in SDRAM */
    const int32_t *targets;  /* in SDRAM */

    sfdfa_neuron *neurons;
    int32_t *total;  /* what arrived in this tick */
    int64_t *graded; /* the same, times grades */
    int32_t *grades; /* of this tick's spikes */
    sfdfa_spike *spikes; /* of this trial, tick after tick */
    uint32_t n_spikes;

    uint32_t time;        /* tick */
    uint32_t trial_start; /* tick at which the present trial began */
    counters_t counters;
    sfdfa_tally tally;
} core_t;

extern core_t core;

/* Memory of the core, or a run-time error that says what it was for. */
void *allocate(uint32_t count, uint32_t size, const char *what);

/* Report and stop. */
void fail(const char *why) __attribute__((noreturn));

/* ---- packets.c: what arrives, and when ---- */

/* A spike that arrives in this tick. */
typedef struct {
    uint32_t row;
    int32_t grade;
    bool learns;
} arrival_t;

void packets_initialise(void);

/* Sort what has been received; return the arrivals of this tick. */
const arrival_t *packets_arriving(uint32_t *count);

/* Whether the errors of all output neurons are here; if not, call the function when more packets have come. */
bool packets_await_errors(void (*function)(unsigned int, unsigned int));

/* Error (0) or directional sum (1) of an output neuron. */
int32_t packets_error(uint32_t output, uint32_t which);

/* Wait for the errors of another trial. */
void packets_expect_errors(void);

/* ---- rows.c: rows of weights, by double-buffered DMA ---- */

void rows_initialise(void);

/* Do something with rows of a matrix in SDRAM, in this order; the k-th is row numbers[k], or row k if numbers is null. */
void rows_walk(int32_t *matrix, const uint32_t *numbers, uint32_t count, bool write_back,
               void (*action)(uint32_t k, uint32_t number, int32_t *row));

/* ---- events.c: which rows a trial used ---- */

void events_initialise(void);
void events_note(uint32_t row);
void events_forget(void);

/* The rows of the events of a tick, among the first `end` events; `end` becomes the first of them. */
const uint32_t *events_in(uint32_t tick, uint32_t *end, uint32_t *count);
uint32_t events_count(void);

/* ---- learning.c: the end of a trial ---- */

void learning_initialise(void);

/* The present tick is the last of its trial: learn, at once or when the errors are here, and begin the next trial. */
void learning_end_trial(void);

/* Whether a trial has ended and the errors are not here. */
bool learning_waits(void);

/* Return to the first trial, at time 0. */
void learning_restart(void);

/* ---- samples.c: recording ---- */

bool samples_initialise(void *recording, const uint32_t *what);

/* Time is 0 again. */
void samples_restart(void);
void samples_take(void);
void samples_take_spikes(const sfdfa_spike *spikes, uint32_t count);

#endif
