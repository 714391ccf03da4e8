/* The part of SpiNNaker's event-driven interface that the application uses. */
#ifndef SPIN1_API_H
#define SPIN1_API_H

#include <stdint.h>

typedef unsigned int uint;
typedef uint32_t *address_t;
typedef void (*callback_t)(uint, uint);

enum { MC_PACKET_RECEIVED = 0, DMA_TRANSFER_DONE = 1, TIMER_TICK = 2, SDP_PACKET_RX = 3, USER_EVENT = 4,
       MCPL_PACKET_RECEIVED = 5, N_EVENTS = 6 };
enum { DMA_READ = 0, DMA_WRITE = 1 };
enum { NO_PAYLOAD = 0, WITH_PAYLOAD = 1 };

#define IO_BUF ((char *)1) /* the log that the host reads */
#define RTE_SWERR 13       /* a run-time error that software found */

/* ---- Events: priority -1 interrupts all else, 0 runs in the interrupt, others wait for their turn ---- */
void spin1_callback_on(uint event, callback_t callback, int priority);
uint spin1_schedule_callback(callback_t callback, uint arg0, uint arg1, uint priority);
void spin1_set_timer_tick(uint microseconds);
uint spin1_int_disable(void);
void spin1_mode_restore(uint status);
void spin1_delay_us(uint microseconds);

/* ---- Memory, packets, log ---- */
void *spin1_malloc(uint bytes);
uint spin1_dma_transfer(uint tag, void *system_address, void *tcm_address, uint direction, uint length);
uint spin1_send_mc_packet(uint key, uint data, uint load);
void io_printf(char *stream, char *format, ...);
void rt_error(uint code, ...);

#endif
