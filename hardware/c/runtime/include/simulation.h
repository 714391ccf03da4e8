/* How a host starts, pauses and ends a simulation on a core. */
#ifndef SIMULATION_H
#define SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "spin1_api.h"

bool simulation_initialise(address_t address, uint32_t expected_application_magic_number, uint32_t *timer_period,
                           uint32_t *simulation_ticks_pointer, uint32_t *infinite_run_pointer, uint32_t *time_pointer,
                           int sdp_packet_callback_priority, int dma_transfer_complete_priority);
void simulation_set_provenance_function(void (*provenance_function)(address_t), address_t provenance_data_address);
bool simulation_dma_transfer_done_callback_on(uint tag, callback_t callback);
void simulation_run(void);
bool simulation_is_finished(void);
void simulation_handle_pause_resume(void (*resume)(void));
void simulation_ready_to_read(void);

#endif
