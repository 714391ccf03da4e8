/* Rows of weights: fetched from SDRAM by DMA, the next one while this one is worked on. */
#include "rows.h"

#include <simulation.h>
#include <spin1_api.h>

#include "core.h"

static int32_t *buffers[2];
static uint32_t started;
static volatile uint32_t finished;

static void one_finished(uint unused, uint tag)
{
    (void)unused;
    (void)tag;
    ++finished;
}

void rows_initialise(void)
{
    for (uint32_t i = 0; i < 2; ++i)
        buffers[i] = allocate(core.configuration.n_neurons, sizeof(int32_t), "rows of weights");
    simulation_dma_transfer_done_callback_on(0, one_finished);
}

/* Ask for a transfer; they are carried out in order. Returns what to wait for. */
static uint32_t transfer(int32_t *in_sdram, int32_t *here, uint32_t direction)
{
    if (!spin1_dma_transfer(0, in_sdram, here, direction, core.configuration.n_neurons * sizeof(int32_t)))
        fail("more transfers than the queue holds");
    return ++started;
}

static void wait_for(uint32_t transfer)
{
    while ((int32_t)(finished - transfer) < 0) {
        const uint status = spin1_int_disable(); /* so that the last one cannot finish between the test and the wait */
        if ((int32_t)(finished - transfer) < 0)
            __asm volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory"); /* sleep until an interrupt */
        spin1_mode_restore(status);
    }
}

void rows_walk(int32_t *matrix, const uint32_t *numbers, uint32_t count, bool write_back,
               void (*action)(uint32_t k, uint32_t number, int32_t *row))
{
    const uint32_t n = core.configuration.n_neurons;
    uint32_t fetched = 0; /* what to wait for before row k can be worked on; 0: it has not been asked for */
    for (uint32_t k = 0; k < count; ++k) {
        const uint32_t number = numbers ? numbers[k] : k;
        int32_t *const row = buffers[k & 1];
        if (!fetched)
            fetched = transfer(matrix + number * n, row, DMA_READ);
        const uint32_t this = fetched;
        fetched = 0;
        const uint32_t next = k + 1 == count ? number : numbers ? numbers[k + 1] : k + 1;
        if (next != number || !write_back) /* else it is fetched when it has been written */
            if (k + 1 != count)
                fetched = transfer(matrix + next * n, buffers[(k + 1) & 1], DMA_READ);
        wait_for(this);
        action(k, number, row);
        if (write_back)
            transfer(matrix + number * n, row, DMA_WRITE);
    }
    wait_for(started);
}
