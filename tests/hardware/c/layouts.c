/* What this compiler makes of the structures and the default formats, to compare with what Python says of them. */
#include <stddef.h>

#include "sfdfa.h"
#include "sfdfa_float.h"

#define FIELD(type, name) (uint32_t) offsetof(type, name)

void layout_of_tally(uint32_t *out)
{
    out[0] = sizeof(sfdfa_tally);
    out[1] = FIELD(sfdfa_tally, saturated);
    out[2] = FIELD(sfdfa_tally, vanished);
}

void layout_of_constants(uint32_t *out)
{
    out[0] = sizeof(sfdfa_constants);
    out[1] = FIELD(sfdfa_constants, loss_syn);
    out[2] = FIELD(sfdfa_constants, loss_m);
    out[3] = FIELD(sfdfa_constants, threshold);
    out[4] = FIELD(sfdfa_constants, reach);
    out[5] = FIELD(sfdfa_constants, exact);
    out[6] = FIELD(sfdfa_constants, max_spikes);
}

void layout_of_neuron(uint32_t *out)
{
    out[0] = sizeof(sfdfa_neuron);
    out[1] = FIELD(sfdfa_neuron, A);
    out[2] = FIELD(sfdfa_neuron, B);
    out[3] = FIELD(sfdfa_neuron, D);
    out[4] = FIELD(sfdfa_neuron, directional);
    out[5] = FIELD(sfdfa_neuron, count);
    out[6] = FIELD(sfdfa_neuron, perturbation);
}

void layout_of_spike(uint32_t *out)
{
    out[0] = sizeof(sfdfa_spike);
    out[1] = FIELD(sfdfa_spike, tick);
    out[2] = FIELD(sfdfa_spike, neuron);
    out[3] = FIELD(sfdfa_spike, factor);
}

void layout_of_replay(uint32_t *out)
{
    out[0] = sizeof(sfdfa_replay);
    out[1] = FIELD(sfdfa_replay, S1);
    out[2] = FIELD(sfdfa_replay, S2);
    out[3] = FIELD(sfdfa_replay, delta);
}

void layout_of_float_constants(uint32_t *out)
{
    out[0] = sizeof(sfdfa_float_constants);
    out[1] = FIELD(sfdfa_float_constants, keep_syn);
    out[2] = FIELD(sfdfa_float_constants, keep_m);
    out[3] = FIELD(sfdfa_float_constants, threshold);
    out[4] = FIELD(sfdfa_float_constants, reach);
    out[5] = FIELD(sfdfa_float_constants, exact);
    out[6] = FIELD(sfdfa_float_constants, max_spikes);
}

void layout_of_float_learning(uint32_t *out)
{
    out[0] = sizeof(sfdfa_float_learning);
    out[1] = FIELD(sfdfa_float_learning, gain);
    out[2] = FIELD(sfdfa_float_learning, timed_gain);
    out[3] = FIELD(sfdfa_float_learning, rho);
    out[4] = FIELD(sfdfa_float_learning, r_target);
    out[5] = FIELD(sfdfa_float_learning, rate);
}

void layout_of_float_neuron(uint32_t *out)
{
    out[0] = sizeof(sfdfa_float_neuron);
    out[1] = FIELD(sfdfa_float_neuron, A);
    out[2] = FIELD(sfdfa_float_neuron, B);
    out[3] = FIELD(sfdfa_float_neuron, D);
    out[4] = FIELD(sfdfa_float_neuron, directional);
    out[5] = FIELD(sfdfa_float_neuron, count);
    out[6] = FIELD(sfdfa_float_neuron, perturbation);
}

void layout_of_float_spike(uint32_t *out)
{
    out[0] = sizeof(sfdfa_float_spike);
    out[1] = FIELD(sfdfa_float_spike, tick);
    out[2] = FIELD(sfdfa_float_spike, neuron);
    out[3] = FIELD(sfdfa_float_spike, factor);
}

void layout_of_float_replay(uint32_t *out)
{
    out[0] = sizeof(sfdfa_float_replay);
    out[1] = FIELD(sfdfa_float_replay, S1);
    out[2] = FIELD(sfdfa_float_replay, S2);
    out[3] = FIELD(sfdfa_float_replay, delta);
}

/* In the order of the fields of Formats. */
void default_formats(int32_t *out)
{
    const int32_t formats[] = {SFDFA_STATE,  SFDFA_INPUT,  SFDFA_WEIGHT, SFDFA_WEIGHT_BITS, SFDFA_GRADE,
                               SFDFA_FACTOR, SFDFA_CHANGE, SFDFA_ERROR,  SFDFA_FEEDBACK,    SFDFA_STOCHASTIC};
    for (uint32_t i = 0; i < sizeof formats / sizeof formats[0]; ++i)
        out[i] = formats[i];
}

int32_t variables(void)
{
    return SFDFA_VARIABLES;
}
