/* Recording. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "sfdfa.h"

bool samples_initialise(void *recording, const uint32_t *what);

/* Time is 0 again. */
void samples_restart(void);
void samples_take(void);
void samples_take_spikes(const sfdfa_spike *spikes, uint32_t count);

#endif
