/* What a core knows, shared by all parts of the application. */
#ifndef CORE_H
#define CORE_H

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

#endif
