/* Recording into SDRAM, where the host reads it when the simulation pauses. */
#ifndef RECORDING_H
#define RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool recording_initialize(void **recording_data_address, uint32_t *recording_flags);
bool recording_record(uint8_t channel, void *data, size_t size_bytes);
void recording_finalise(void);
void recording_reset(void);

#endif
