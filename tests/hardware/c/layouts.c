/* What this compiler makes of the structures and the default formats, to compare with what Python says of them. */
#include <stddef.h>

#include "sfdfa.h"
#include "sfdfa_float.h"

#define FIELD(name) (uint32_t) offsetof(structure, name)

/* A function that writes the size of a structure and where each of its fields lies. */
#define LAYOUT(name, ...)                                                                                              \
    void layout_of_##name(uint32_t *out)                                                                               \
    {                                                                                                                  \
        typedef sfdfa_##name structure;                                                                                \
        const uint32_t layout[] = {sizeof(structure), __VA_ARGS__};                                                    \
        for (uint32_t i = 0; i < sizeof layout / sizeof layout[0]; ++i)                                                \
            out[i] = layout[i];                                                                                        \
    }

LAYOUT(tally, FIELD(saturated), FIELD(vanished))
LAYOUT(constants, FIELD(loss_syn), FIELD(loss_m), FIELD(threshold), FIELD(reach), FIELD(exact), FIELD(max_spikes))
LAYOUT(neuron, FIELD(A), FIELD(B), FIELD(D), FIELD(directional), FIELD(count), FIELD(perturbation))
LAYOUT(spike, FIELD(tick), FIELD(neuron), FIELD(factor))
LAYOUT(replay, FIELD(S1), FIELD(S2), FIELD(delta))
LAYOUT(float_constants, FIELD(keep_syn), FIELD(keep_m), FIELD(threshold), FIELD(reach), FIELD(exact), FIELD(max_spikes))
LAYOUT(float_learning, FIELD(gain), FIELD(timed_gain), FIELD(rho), FIELD(r_target), FIELD(rate))
LAYOUT(float_neuron, FIELD(A), FIELD(B), FIELD(D), FIELD(directional), FIELD(count), FIELD(perturbation))
LAYOUT(float_spike, FIELD(tick), FIELD(neuron), FIELD(factor))
LAYOUT(float_replay, FIELD(S1), FIELD(S2), FIELD(delta))

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
