/* Errors of hidden spikes: the output spikes of a trial, and their walk backwards. */
#ifndef TIMED_H
#define TIMED_H

#include <stdint.h>

#include "sfdfa.h"

void timed_initialise(void);

/* Keep an output spike; ticks count from the beginning of this trial, those of the next follow. */
void timed_note(uint32_t tick, uint32_t output, int32_t factor);

/* Begin another trial: what has come of it already is kept. */
void timed_forget(void);

/* Forget all output spikes. */
void timed_restart(void);

/* Keep the error of an output neuron and its row of feedback weights, as they are in this trial. */
void timed_keep(uint32_t output, int32_t error, const int32_t *row);

/* After these: stand at the end of the trial. */
void timed_begin(void);

/* Take back the hidden spikes of a tick, as sfdfa_replay_spikes does; ticks come in falling order. */
uint32_t timed_take_back(sfdfa_replay *replay, uint32_t spikes, uint32_t tick);

#endif
