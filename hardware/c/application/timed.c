/* Errors of hidden spikes: the output spikes of a trial, and their walk backwards ahead of the hidden layer. */
#include "timed.h"

#include "core.h"

static sfdfa_spike *spikes; /* of the output, tick after tick */
static uint32_t n_spikes, most_spikes;
static uint32_t left; /* of these, not taken back yet */

static sfdfa_replay *outputs;
static int32_t *errors, *pull;
static int32_t *feedback;  /* a copy of this trial's rows */
static uint32_t reached;   /* the output stands at the beginning of this tick */
static sfdfa_constants constants; /* of the output; only losses and reach are read */

void timed_initialise(void)
{
    const configuration_t *c = &core.configuration;
    if (!c->timed)
        return;
    most_spikes = c->n_errors * ((uint32_t)c->max_spikes + 1);
    spikes = allocate(most_spikes, sizeof(sfdfa_spike), "output spikes of a trial");
    outputs = allocate(c->n_errors, sizeof(sfdfa_replay), "replay of the output");
    errors = allocate(c->n_errors, sizeof(int32_t), "errors of the output");
    pull = allocate(c->n_errors, sizeof(int32_t), "pull of the output");
    feedback = allocate(c->n_errors * c->n_neurons, sizeof(int32_t), "feedback weights of a trial");
    constants.loss_syn = c->output_loss_syn;
    constants.loss_m = c->output_loss_m;
    constants.reach = c->output_reach;
}

void timed_restart(void)
{
    n_spikes = 0;
}

/* Packets of a tick come in any order, those of two ticks nearly in order. */
void timed_note(uint32_t tick, uint32_t output, int32_t factor)
{
    if (n_spikes == most_spikes) {
        ++core.counters.events_forgotten;
        return;
    }
    uint32_t place = n_spikes++;
    for (; place != 0 && spikes[place - 1].tick > tick; --place)
        spikes[place] = spikes[place - 1];
    spikes[place].tick = (uint16_t)tick;
    spikes[place].neuron = (uint16_t)output;
    spikes[place].factor = factor;
}

static uint32_t of_this_trial(void)
{
    uint32_t count = n_spikes;
    while (count != 0 && spikes[count - 1].tick >= core.configuration.trial_ticks)
        --count;
    return count;
}

void timed_forget(void)
{
    const uint32_t gone = of_this_trial();
    for (uint32_t k = gone; k < n_spikes; ++k) {
        spikes[k - gone] = spikes[k];
        spikes[k - gone].tick = (uint16_t)(spikes[k].tick - core.configuration.trial_ticks);
    }
    n_spikes -= gone;
}

void timed_keep(uint32_t output, int32_t error, const int32_t *row)
{
    const uint32_t n = core.configuration.n_neurons;
    errors[output] = error;
    for (uint32_t i = 0; i < n; ++i)
        feedback[output * n + i] = row[i];
}

void timed_begin(void)
{
    const uint32_t n = core.configuration.n_errors;
    sfdfa_pull_begin(outputs, errors, n, &core.tally);
    for (uint32_t o = 0; o < n; ++o)
        pull[o] = 0;
    left = of_this_trial();
    reached = core.configuration.trial_ticks;
}

uint32_t timed_take_back(sfdfa_replay *replay, uint32_t count, uint32_t tick)
{
    const configuration_t *c = &core.configuration;
    for (; reached > tick + c->timed_lag; --reached) {
        left = sfdfa_pull_spikes(outputs, spikes, left, reached - 1, &core.tally);
        sfdfa_pull_decay(outputs, &constants, pull, c->n_errors, &core.tally);
    }
    return sfdfa_timed_spikes(replay, core.spikes, count, tick, feedback, c->n_neurons, pull, c->n_errors,
                              c->timed_gain, &core.tally);
}
