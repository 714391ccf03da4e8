/* A whole training, trial after trial, with the kernels alone: what the cores of a board do together, on one processor.
 *
 * Layers advance tick by tick, as they do on the machine; a spike of tick k arrives for tick k + 1 + delay.
 */
#include "sfdfa.h"

#define MOST_LAYERS 4

typedef struct {
    int32_t layers, ticks, delay, trials;
    int32_t rho, r_target, rate;
    uint32_t seed;
    int32_t sizes[MOST_LAYERS + 1]; /* inputs, then neurons of each layer */
    int32_t gains[MOST_LAYERS];
    int32_t timed; /* whether hidden spikes have errors of their own */
    int32_t timed_gains[MOST_LAYERS];
    uint32_t first; /* trials before these: a training may go on with another call */
} setup;

typedef struct {
    uint32_t n_pre, n, lag; /* lag: ticks from a spike of the layer below to its being taken up */
    const sfdfa_constants *constants;
    sfdfa_weight *weights;
    int32_t *feedback, *total, *error, *change, *grades;
    int64_t *graded, *projected;
    sfdfa_neuron *neurons;
    sfdfa_replay *replay;
    sfdfa_spike *spikes;
    uint32_t n_spikes, arrived; /* arrived: spikes of the layer below that have been taken up */
} layer;

/* What a layer hears: the inputs of a trial, or the spikes of the layer below. */
typedef struct {
    const sfdfa_spike *spikes;
    const int32_t *grades; /* null for inputs */
    uint32_t n;
} source;

static uint32_t key(uint32_t seed, uint32_t purpose, uint32_t index, uint32_t trial)
{
    return sfdfa_key(sfdfa_key(sfdfa_key(sfdfa_key(0, seed), purpose), index), trial);
}

static void advance(layer *self, source heard, uint32_t now, sfdfa_tally *tally)
{
    const uint32_t before = self->arrived;
    while (self->arrived < heard.n && heard.spikes[self->arrived].tick + self->lag == now) {
        const uint32_t event = self->arrived++;
        const sfdfa_weight *row = self->weights + heard.spikes[event].neuron * self->n;
        if (heard.grades)
            sfdfa_arrive_graded(row, heard.grades[event], self->total, self->graded, self->n);
        else
            sfdfa_arrive(row, self->total, self->n);
    }
    if (self->arrived != before)
        sfdfa_take_up(self->neurons, self->total, heard.grades ? self->graded : 0, self->n, tally);
    self->n_spikes += sfdfa_tick(self->constants, self->neurons, self->n, now, self->spikes + self->n_spikes,
                                 self->grades + self->n_spikes, tally);
}

static void learn(layer *self, source heard, int32_t ticks, int32_t gain, uint32_t rounding_key, sfdfa_tally *tally)
{
    uint32_t left = self->n_spikes, events = self->arrived;
    sfdfa_replay_begin(self->replay, self->error, gain, self->n, tally);
    for (uint32_t now = (uint32_t)ticks; now-- != 0;) {
        left = sfdfa_replay_spikes(self->replay, self->spikes, left, now, tally);
        sfdfa_replay_decay(self->replay, self->constants, self->change, self->n);
        for (; events != 0 && heard.spikes[events - 1].tick + self->lag == now; --events) {
            const uint32_t unit = heard.spikes[events - 1].neuron;
            const uint32_t word = sfdfa_key(sfdfa_key(rounding_key, now), unit);
            sfdfa_change_row(self->weights + unit * self->n, self->change, word, self->n, tally);
        }
    }
}

/* As learn, with errors of spikes; `ahead` ticks after a spike of this layer the output takes it up. */
static void learn_timed(layer *self, source heard, layer *output, uint32_t ahead, const setup *s, uint32_t k,
                        uint32_t rounding_key, sfdfa_tally *tally)
{
    uint32_t left = self->n_spikes, events = self->arrived, of_output = output->n_spikes, reached = (uint32_t)s->ticks;
    sfdfa_replay_begin(self->replay, self->error, s->gains[k], self->n, tally);
    sfdfa_pull_begin(output->replay, output->error, output->n, tally);
    for (uint32_t o = 0; o < output->n; ++o)
        output->change[o] = 0;
    for (uint32_t now = (uint32_t)s->ticks; now-- != 0;) {
        for (; reached > now + ahead; --reached) {
            of_output = sfdfa_pull_spikes(output->replay, output->spikes, of_output, reached - 1, tally);
            sfdfa_pull_decay(output->replay, output->constants, output->change, output->n, tally);
        }
        left = sfdfa_timed_spikes(self->replay, self->spikes, left, now, self->feedback, self->n, output->change,
                                  output->n, s->timed_gains[k], tally);
        sfdfa_replay_decay(self->replay, self->constants, self->change, self->n);
        for (; events != 0 && heard.spikes[events - 1].tick + self->lag == now; --events) {
            const uint32_t unit = heard.spikes[events - 1].neuron;
            const uint32_t word = sfdfa_key(sfdfa_key(rounding_key, now), unit);
            sfdfa_change_row(self->weights + unit * self->n, self->change, word, self->n, tally);
        }
    }
}

static source heard_by(const layer *layers, uint32_t k, source inputs)
{
    const source below = {layers[k - (k != 0)].spikes, layers[k - (k != 0)].grades, layers[k - (k != 0)].n_spikes};
    return k == 0 ? inputs : below;
}

static void compute_errors(layer *layers, uint32_t n_layers, const int32_t *target, const setup *s, sfdfa_tally *tally)
{
    layer *output = &layers[n_layers - 1];
    sfdfa_output_error(target, output->neurons, output->error, output->n, tally);
    for (layer *hidden = layers; hidden != output; ++hidden) {
        for (uint32_t i = 0; i < hidden->n; ++i)
            hidden->projected[i] = 0;
        for (uint32_t o = 0; o < output->n && !s->timed; ++o)
            sfdfa_feed_back(hidden->feedback + o * hidden->n, output->error[o], hidden->projected, hidden->n);
        sfdfa_hidden_error(hidden->projected, hidden->neurons, s->rho, s->r_target, hidden->error, hidden->n, tally);
    }
}

static void train_trial(layer *layers, const setup *s, source inputs, const int32_t *target, uint32_t trial,
                        sfdfa_tally *tally)
{
    const uint32_t n_layers = (uint32_t)s->layers;
    layer *output = &layers[n_layers - 1];
    for (uint32_t k = 0; k < n_layers; ++k) {
        sfdfa_rest(layers[k].neurons, layers[k].n);
        if (&layers[k] != output)
            sfdfa_perturb(layers[k].neurons, layers[k].n, 0, key(s->seed, SFDFA_PERTURBATION, k, trial));
        layers[k].n_spikes = layers[k].arrived = 0;
    }
    for (uint32_t now = 0; now < (uint32_t)s->ticks; ++now)
        for (uint32_t k = 0; k < n_layers; ++k)
            advance(&layers[k], heard_by(layers, k, inputs), now, tally);
    compute_errors(layers, n_layers, target, s, tally);
    for (uint32_t k = 0; k < n_layers; ++k) {
        const uint32_t rounding = key(s->seed, SFDFA_ROUNDING, k, trial);
        const uint32_t ahead = (n_layers - 1 - k) * (uint32_t)(s->delay + 1);
        if (s->timed && &layers[k] != output)
            learn_timed(&layers[k], heard_by(layers, k, inputs), output, ahead, s, k, rounding, tally);
        else
            learn(&layers[k], heard_by(layers, k, inputs), s->ticks, s->gains[k], rounding, tally);
    }
    for (layer *hidden = layers; hidden != output; ++hidden)
        for (uint32_t o = 0; o < output->n; ++o)
            sfdfa_improve_feedback(hidden->feedback + o * hidden->n, hidden->neurons, output->neurons[o].directional,
                                   s->rate, hidden->n, tally);
}

/* Take `bytes` from the memory that the caller gave. */
static void *taken(uint8_t **memory, uint32_t bytes)
{
    uint8_t *start = *memory;
    *memory += (bytes + 7u) & ~7u;
    return start;
}

static void place(layer *self, uint8_t **memory, uint32_t ticks)
{
    const uint32_t n = self->n, most = n * ticks;
    self->total = taken(memory, n * 4u);
    self->error = taken(memory, n * 4u);
    self->change = taken(memory, n * 4u);
    self->graded = taken(memory, n * 8u);
    self->projected = taken(memory, n * 8u);
    self->neurons = taken(memory, n * (uint32_t)sizeof(sfdfa_neuron));
    self->replay = taken(memory, n * (uint32_t)sizeof(sfdfa_replay));
    self->spikes = taken(memory, (most + n) * (uint32_t)sizeof(sfdfa_spike));
    self->grades = taken(memory, (most + n) * 4u);
    for (uint32_t i = 0; i < n; ++i) {
        self->total[i] = 0;
        self->graded[i] = 0;
    }
}

/* Train on all trials; counts[trial][neuron] gets the spikes of the neurons of all layers.
 *
 * weights and feedback: of all layers one after the other; inputs: the spikes of all trials, those of trial k from
 * offsets[k] on; targets[trial][output]; memory: zeros, large enough. */
void train(const setup *s, const sfdfa_constants *constants, sfdfa_weight *weights, int32_t *feedback,
           const sfdfa_spike *inputs, const uint32_t *offsets, const int32_t *targets, int32_t *counts, uint8_t *memory,
           sfdfa_tally *tally)
{
    layer layers[MOST_LAYERS];
    const uint32_t n_layers = (uint32_t)s->layers, outputs = (uint32_t)s->sizes[n_layers];
    for (uint32_t k = 0; k < n_layers; ++k) {
        layer *self = &layers[k];
        self->n_pre = (uint32_t)s->sizes[k];
        self->n = (uint32_t)s->sizes[k + 1];
        self->lag = (uint32_t)s->delay + (k != 0);
        self->constants = &constants[k];
        self->weights = weights;
        self->feedback = feedback;
        weights += self->n_pre * self->n;
        feedback += outputs * self->n;
        place(self, &memory, (uint32_t)s->ticks);
    }
    for (uint32_t trial = 0; trial < (uint32_t)s->trials; ++trial) {
        const source shown = {inputs + offsets[trial], 0, offsets[trial + 1] - offsets[trial]};
        train_trial(layers, s, shown, targets + trial * outputs, s->first + trial, tally);
        for (uint32_t k = 0; k < n_layers; ++k)
            for (uint32_t i = 0; i < layers[k].n; ++i)
                *counts++ = layers[k].neurons[i].count;
    }
}
