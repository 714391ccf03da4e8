/* Recording of spikes, v and i_syn, laid out as sPyNNaker's tools read them: the time, then a value for each neuron. */
#include "samples.h"

#include <recording.h>

#include "core.h"

enum { V, I_SYN, SPIKES, VARIABLES };

typedef struct {
    uint32_t interval; /* ticks; 0: not recorded */
    uint32_t n;
    uint32_t *neurons;
    uint32_t next; /* ticks to the next sample */
} variable_t;

static variable_t variables[VARIABLES];
static int32_t *sample; /* time and values */

#define FRACTION 15 /* of recorded values */
#define KAPPA_FRACTION 16

bool samples_initialise(void *recording, const uint32_t *what)
{
    const uint32_t *indices = what + 2 * VARIABLES;
    for (uint32_t v = 0; v < VARIABLES; ++v) {
        variables[v].interval = what[2 * v];
        variables[v].n = what[2 * v + 1];
        if (variables[v].interval == 0)
            continue;
        variables[v].neurons = allocate(variables[v].n, sizeof(uint32_t), "indices of recorded neurons");
        for (uint32_t i = 0; i < variables[v].n; ++i)
            variables[v].neurons[i] = *indices++;
    }
    sample = allocate(core.configuration.n_neurons + 1, sizeof(int32_t), "a sample");
    return recording_initialize(&recording, 0);
}

/* The potential in mV: v_rest + kappa (B - A), rounded down. */
static int32_t potential(const sfdfa_neuron *neuron)
{
    const int64_t product = (int64_t)core.configuration.kappa * (neuron->B - neuron->A);
    return core.configuration.v_rest + (int32_t)(product >> (KAPPA_FRACTION + SFDFA_STATE - FRACTION));
}

static int32_t current(const sfdfa_neuron *neuron)
{
    return neuron->A >> (SFDFA_STATE - FRACTION);
}

static void take(uint32_t which, int32_t (*value)(const sfdfa_neuron *))
{
    variable_t *variable = &variables[which];
    if (variable->interval == 0 || variable->next-- != 0)
        return;
    variable->next = variable->interval - 1;
    sample[0] = (int32_t)core.time;
    for (uint32_t i = 0; i < variable->n; ++i)
        sample[i + 1] = value(&core.neurons[variable->neurons[i]]);
    recording_record((uint8_t)which, sample, (variable->n + 1) * sizeof(int32_t));
}

void samples_restart(void)
{
    for (uint32_t v = 0; v < VARIABLES; ++v)
        variables[v].next = 0;
}

void samples_take(void)
{
    take(V, potential);
    take(I_SYN, current);
}

void samples_take_spikes(const sfdfa_spike *spikes, uint32_t count)
{
    const variable_t *variable = &variables[SPIKES];
    if (variable->interval == 0 || count == 0)
        return;
    const uint32_t words = (variable->n + 31) >> 5;
    sample[0] = (int32_t)core.time;
    for (uint32_t w = 0; w < words; ++w)
        sample[w + 1] = 0;
    uint32_t place = 0;
    for (uint32_t k = 0; k < count; ++k) {
        while (place < variable->n && variable->neurons[place] < spikes[k].neuron)
            ++place;
        if (place < variable->n && variable->neurons[place] == spikes[k].neuron)
            sample[1 + (place >> 5)] |= (int32_t)(1u << (place & 31));
    }
    recording_record(SPIKES, sample, (words + 1) * sizeof(int32_t));
}
