/* What the host writes for a core; pynn_sfdfa.spiNNaker.layout says the same in Python, and what each region means. */
#ifndef REGIONS_H
#define REGIONS_H

#include <stdint.h>

#include "sfdfa.h"

enum region {
    REGION_SYSTEM,
    REGION_PROVENANCE,
    REGION_RECORDING,
    REGION_CONFIGURATION,
    REGION_SOURCES,
    REGION_STATE,
    REGION_WEIGHTS,
    REGION_ABSENT,
    REGION_FEEDBACK,
    REGION_TARGETS,
    REGION_NEURON_RECORDING
};

typedef struct {
    uint32_t n_neurons;
    uint32_t first_neuron;
    uint32_t trial_ticks;
    uint32_t first_trial;
    uint32_t layer;
    uint32_t seed;
    uint32_t sends_spikes;
    uint32_t spike_key;
    uint32_t sends_errors;
    uint32_t error_key;
    uint32_t colour_bits;
    uint32_t n_sources;
    uint32_t n_rows;
    uint32_t n_errors;
    uint32_t n_targets;
    uint32_t has_absent;
    uint32_t perturbs;
    int32_t loss_syn;
    int32_t loss_m;
    int32_t threshold;
    int32_t reach;
    int32_t exact;
    int32_t max_spikes;
    int32_t rho;
    int32_t r_target;
    int32_t gain;
    int32_t feedback_rate;
    int32_t v_rest;
    int32_t kappa;
    uint32_t max_events;
    uint32_t max_packets;
    int32_t format_state;
    int32_t format_input;
    int32_t format_weight;
    int32_t format_grade;
    int32_t format_factor;
    int32_t format_change;
    int32_t format_error;
    int32_t format_feedback;
    int32_t stochastic;
    uint32_t sends_factors;
    uint32_t factor_key;
    uint32_t timed;
    uint32_t timed_lag;
    int32_t timed_gain;
    int32_t output_loss_syn;
    int32_t output_loss_m;
    int32_t output_reach;
} configuration_t;

/* A core that sends packets to this one. */
typedef struct {
    uint32_t key;
    uint32_t mask;
    uint32_t first;
    uint8_t colour_bits;
    uint8_t delay;
    uint8_t learns : 1;
    uint8_t is_error : 1;
    uint8_t is_factor : 1;
    uint8_t unused;
} source_t;

/* What a core counts, as the provenance region holds it. */
typedef struct {
    uint32_t packets_received;
    uint32_t packets_lost;
    uint32_t packets_late;
    uint32_t packets_unknown;
    uint32_t events_forgotten;
    uint32_t most_packets_in_a_tick;
    uint32_t most_events_in_a_trial;
    uint32_t saturated[SFDFA_VARIABLES];
    uint32_t trials;
} counters_t;

#endif
