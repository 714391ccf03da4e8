/* Packets out, and DMA. */
#include "transfers.h"

#include <stdbool.h>

#include "machine.h"

#define QUEUE 16

typedef struct {
    void *in_sdram;
    void *here;
    uint32_t description;
    uint32_t tag;
} transfer_t;

static transfer_t transfers[QUEUE];
static uint32_t first, last, asked; /* done up to, put in up to, given to the controller up to */
static callback_t finished;

void transfers_call(callback_t callback)
{
    finished = callback;
}

uint spin1_send_mc_packet(uint key, uint data, uint load)
{
    const uint32_t status = spin1_int_disable();
    PACKET_CONTROL = 0;
    const bool room = !(PACKET_CONTROL & PACKET_FULL);
    if (room) {
        PACKET_CONTROL = load ? PACKET_HAS_PAYLOAD : 0;
        if (load)
            PACKET_DATA = data;
        PACKET_KEY = key;
    }
    spin1_mode_restore(status);
    return room;
}

static void ask(const transfer_t *transfer)
{
    DMA_SYSTEM_ADDRESS = (uint32_t)transfer->in_sdram;
    DMA_TCM_ADDRESS = (uint32_t)transfer->here;
    DMA_DESCRIPTION = transfer->description;
}

uint spin1_dma_transfer(uint tag, void *system_address, void *tcm_address, uint direction, uint length)
{
    const uint32_t status = spin1_int_disable();
    const bool room = last - first < QUEUE;
    if (room) {
        const transfer_t transfer = {system_address, tcm_address, 1u << 24 | 4u << 21 | direction << 19 | length, tag};
        transfers[last++ & (QUEUE - 1)] = transfer;
        if (asked == first) { /* the controller is idle */
            ++asked;
            ask(&transfer);
        }
    }
    spin1_mode_restore(status);
    return room ? last : 0;
}

void dma_finished(void)
{
    const uint32_t tag = transfers[first++ & (QUEUE - 1)].tag;
    DMA_CONTROL = 0x08; /* taken notice of */
    if (first != last) {
        ask(&transfers[first & (QUEUE - 1)]);
        ++asked;
    }
    if (finished)
        finished(0, tag);
}
