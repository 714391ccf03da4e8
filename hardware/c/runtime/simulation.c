/* How a host starts, pauses and ends a simulation: commands to a port of the core. */
#include "simulation.h"

#include "core.h"
#include "events.h"
#include "log.h"
#include "mailbox.h"
#include "processor.h"
#include "transfers.h"

enum { STOP = 6, RUN = 7, GATHER_PROVENANCE = 8, CLEAR_LOG = 9, PAUSE = 10, GET_TIME = 11, OK = 0x80 };

static uint32_t port;
static uint32_t *ticks, *infinite, *now;
static void (*provenance)(address_t);
static address_t provenance_address;
static void (*resume)(void);
static bool told_to_pause;

void simulation_set_provenance_function(void (*provenance_function)(address_t), address_t provenance_data_address)
{
    provenance = provenance_function;
    provenance_address = provenance_data_address;
}

bool simulation_dma_transfer_done_callback_on(uint tag, callback_t callback)
{
    (void)tag;
    transfers_call(callback);
    return true;
}

void simulation_run(void)
{
    run_tasks();
}

bool simulation_is_finished(void)
{
    const bool finished = told_to_pause || (!*infinite && *now >= *ticks);
    told_to_pause = false;
    return finished;
}

static void store_provenance(void)
{
    const uint32_t standard[] = {0, tasks_lost, 0, 0, ticks_overrun, most_ticks_waiting};
    for (uint32_t i = 0; i < sizeof(standard) / sizeof(standard[0]); ++i)
        provenance_address[i] = standard[i];
    provenance(provenance_address + sizeof(standard) / sizeof(standard[0]));
}

void simulation_handle_pause_resume(void (*callback)(void))
{
    pause_ticks();
    resume = callback;
    store_provenance();
}

void simulation_ready_to_read(void)
{
    self->state = STATE_WAIT;
}

static void answer(message_t *message, uint16_t length)
{
    const uint8_t from = message->dest_port;
    const uint16_t address = message->dest_addr;
    message->cmd_rc = OK;
    message->length = length;
    message->dest_port = message->srce_port;
    message->srce_port = from;
    message->dest_addr = message->srce_addr;
    message->srce_addr = address;
    while (!message_send(message))
        ;
}

static void message_received(uint address, uint unused)
{
    message_t *const message = (message_t *)address;
    (void)unused;
    if (message->dest_port >> 5 != port)
        return;
    if (message->cmd_rc == RUN) {
        *ticks = message->arg1;
        *infinite = message->arg2;
        *now = message->arg3 - 1;
        if (resume)
            resume();
        resume = 0;
        resume_when_synchronised();
        answer(message, 12);
    } else if (message->cmd_rc == STOP || message->cmd_rc == GATHER_PROVENANCE) {
        if (message->cmd_rc == GATHER_PROVENANCE)
            store_provenance();
        INTERRUPT_DISABLE = ~0u;
        self->state = STATE_EXIT;
        for (;;)
            sleep_until_interrupt();
    } else if (message->cmd_rc == PAUSE) {
        told_to_pause = true;
        answer(message, 12);
    } else if (message->cmd_rc == GET_TIME) {
        message->arg1 = *now;
        answer(message, 16);
    } else if (message->cmd_rc == CLEAR_LOG) {
        log_clear();
        if (message->arg3 == 1)
            answer(message, 12);
    }
}

bool simulation_initialise(address_t address, uint32_t expected_application_magic_number, uint32_t *timer_period,
                           uint32_t *simulation_ticks_pointer, uint32_t *infinite_run_pointer, uint32_t *time_pointer,
                           int sdp_packet_callback_priority, int dma_transfer_complete_priority)
{
    (void)dma_transfer_complete_priority;
    if (address[0] != expected_application_magic_number)
        return false;
    *timer_period = address[1];
    port = address[2];
    ticks = simulation_ticks_pointer;
    infinite = infinite_run_pointer;
    now = time_pointer;
    spin1_callback_on(SDP_PACKET_RX, message_received, sdp_packet_callback_priority);
    return true;
}
