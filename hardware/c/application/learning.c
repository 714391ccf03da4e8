/* The end of a trial: errors, weights, feedback weights, and the next trial. */
#include "learning.h"

#include <spin1_api.h>

#include "core.h"
#include "events.h"
#include "packets.h"
#include "rows.h"
#include "timed.h"

static int32_t *error;   /* of each neuron */
static int64_t *through; /* errors that feedback has gathered */
static int32_t *change;
static sfdfa_replay *replay;
static uint32_t trial; /* from time 0 */
static uint32_t tick_replayed;
static bool waits;

void learning_initialise(void)
{
    const uint32_t n = core.configuration.n_neurons;
    error = allocate(n, sizeof(int32_t), "errors of neurons");
    through = allocate(n, sizeof(int64_t), "errors gathered");
    change = allocate(n, sizeof(int32_t), "changes of weights");
    replay = allocate(n, sizeof(sfdfa_replay), "replay");
}

/* ---- The next trial ---- */

static void begin_trial(void)
{
    const configuration_t *c = &core.configuration;
    events_forget();
    timed_forget();
    packets_expect_errors();
    core.n_spikes = 0;
    sfdfa_rest(core.neurons, c->n_neurons);
    if (c->perturbs) {
        uint32_t key = sfdfa_key(0, c->seed);
        key = sfdfa_key(key, SFDFA_PERTURBATION);
        key = sfdfa_key(key, c->layer);
        key = sfdfa_key(key, c->first_trial + trial);
        sfdfa_perturb(core.neurons, c->n_neurons, c->first_neuron, key);
    }
}

void learning_restart(void)
{
    trial = 0;
    waits = false;
    timed_restart();
    core.trial_start = 0;
    begin_trial();
    for (uint32_t i = 0; i < core.configuration.n_neurons; ++i) {
        core.neurons[i].A = core.initial[i];
        core.neurons[i].B = core.initial[core.configuration.n_neurons + i];
    }
}

/* ---- Weights ---- */

/* Weights where there is no synapse stay zero. */
static void leave_out(uint32_t number, int32_t *row)
{
    const uint32_t n = core.configuration.n_neurons;
    const uint32_t *absent = core.absent + number * ((n + 31) >> 5);
    for (uint32_t i = 0; i < n; ++i)
        if (absent[i >> 5] >> (i & 31) & 1)
            row[i] = 0;
}

static void change_row(uint32_t k, uint32_t number, int32_t *row)
{
    const configuration_t *c = &core.configuration;
    uint32_t word = 0;
    (void)k;
#if SFDFA_STOCHASTIC
    const uint32_t parts[] = {c->seed, SFDFA_ROUNDING, c->layer, c->first_trial + trial, tick_replayed, number};
    for (uint32_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i)
        word = sfdfa_key(word, parts[i]);
    word = sfdfa_skip(word, c->first_neuron);
#endif
    sfdfa_change_row(row, change, word, c->n_neurons, &core.tally);
    if (c->has_absent)
        leave_out(number, row);
}

static void learn(void)
{
    const configuration_t *c = &core.configuration;
    uint32_t spikes = core.n_spikes, events = events_count();
    if (spikes == 0 || events == 0 || c->gain == 0)
        return;
    sfdfa_replay_begin(replay, error, c->gain, c->n_neurons, &core.tally);
    if (c->timed)
        timed_begin();
    for (uint32_t tick = core.spikes[spikes - 1].tick + 1u; tick-- != 0 && events != 0;) {
        uint32_t count;
        spikes = c->timed ? timed_take_back(replay, spikes, tick)
                          : sfdfa_replay_spikes(replay, core.spikes, spikes, tick, &core.tally);
        sfdfa_replay_decay(replay, &core.constants, change, c->n_neurons);
        const uint32_t *rows = events_in(tick, &events, &count);
        tick_replayed = tick;
        rows_walk((int32_t *)core.weights, rows, count, true, change_row);
    }
}

/* ---- Errors ---- */

static void gather_and_improve(uint32_t output, uint32_t number, int32_t *row)
{
    const configuration_t *c = &core.configuration;
    (void)number;
    if (c->timed)
        timed_keep(output, packets_error(output, 0), row);
    else
        sfdfa_feed_back(row, packets_error(output, 0), through, c->n_neurons);
    if (c->perturbs)
        sfdfa_improve_feedback(row, core.neurons, packets_error(output, 1), c->feedback_rate, c->n_neurons,
                               &core.tally);
}

static void find_hidden_errors(void)
{
    const configuration_t *c = &core.configuration;
    for (uint32_t i = 0; i < c->n_neurons; ++i)
        through[i] = 0;
    rows_walk(core.feedback, 0, c->n_errors, c->perturbs != 0, gather_and_improve);
    sfdfa_hidden_error(through, core.neurons, c->rho, c->r_target, error, c->n_neurons, &core.tally);
}

static void send(uint32_t key, int32_t payload)
{
    while (!spin1_send_mc_packet(key, (uint)payload, WITH_PAYLOAD))
        spin1_delay_us(1);
}

static void find_output_errors(void)
{
    const configuration_t *c = &core.configuration;
    const int32_t *target = core.targets + trial * c->n_neurons;
    sfdfa_output_error(target, core.neurons, error, c->n_neurons, &core.tally);
    if (!c->sends_errors)
        return;
    for (uint32_t i = 0; i < c->n_neurons; ++i) {
        send(c->error_key | i << 1, error[i]);
        send(c->error_key | i << 1 | 1, core.neurons[i].directional);
    }
}

/* ---- The phase ---- */

static void finish_trial(void)
{
    learn();
    ++core.counters.trials;
    ++trial;
    core.trial_start += core.configuration.trial_ticks;
    begin_trial();
}

static void try_again(unsigned int unused0, unsigned int unused1)
{
    (void)unused0;
    (void)unused1;
    if (!waits || !packets_await_errors(try_again))
        return;
    waits = false;
    find_hidden_errors();
    finish_trial();
}

void learning_end_trial(void)
{
    if (trial < core.configuration.n_targets) {
        find_output_errors();
        finish_trial();
    } else {
        waits = true;
        try_again(0, 0);
    }
}

bool learning_waits(void)
{
    return waits;
}
