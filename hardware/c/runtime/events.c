/* Interrupts, and tasks that wait for their turn. */
#include "events.h"

#include <stdbool.h>

#include "core.h"
#include "mailbox.h"
#include "processor.h"
#include "spin1_api.h"
#include "transfers.h"

#define PRIORITIES 4
#define QUEUE 16

typedef struct {
    callback_t callback;
    uint32_t arg0;
    uint32_t arg1;
} task_t;

static struct {
    task_t tasks[QUEUE];
    uint32_t start, end;
} queues[PRIORITIES];

static struct {
    callback_t callback;
    int priority;
} events[N_EVENTS];

static uint32_t timer_cycles;
static uint32_t ticks;
static uint32_t ticks_waiting;
static bool paused = true;
static bool to_be_resumed;
static bool awaited_flag; /* synchronisation ends when this core's flag has this value */

uint32_t ticks_overrun, most_ticks_waiting, tasks_lost;

void interrupts_begin(void)
{
    INTERRUPT_DISABLE = ~0u;
    INTERRUPT_SELECT = PACKET_INTERRUPT;
    PACKET_CONTROL = 0;
    DMA_CONTROL = 0x3f; /* abort */
    DMA_CONTROL = 0x0d; /* clear what was done, and go on */
    DMA_GLOBAL_CONTROL = 0xc00;
    INTERRUPT_ENABLE = CPU_INTERRUPT;
    spin1_mode_restore(0x1f);
}

/* ---- Callbacks ---- */

void spin1_callback_on(uint event, callback_t callback, int priority)
{
    events[event].callback = callback;
    events[event].priority = priority;
}

uint spin1_schedule_callback(callback_t callback, uint arg0, uint arg1, uint priority)
{
    const uint32_t status = spin1_int_disable();
    const uint32_t end = queues[priority - 1].end;
    const bool room = end - queues[priority - 1].start < QUEUE;
    if (room) {
        const task_t task = {callback, arg0, arg1};
        queues[priority - 1].tasks[end & (QUEUE - 1)] = task;
        queues[priority - 1].end = end + 1;
    } else {
        ++tasks_lost;
    }
    spin1_mode_restore(status);
    return room;
}

static void call(uint event, uint32_t arg0, uint32_t arg1)
{
    if (!events[event].callback)
        return;
    if (events[event].priority > 0)
        spin1_schedule_callback(events[event].callback, arg0, arg1, (uint)events[event].priority);
    else
        events[event].callback(arg0, arg1);
}

/* ---- Interrupts ---- */

static void timer_expired(void)
{
    TIMER_CLEAR = 1;
    ++ticks;
    if (ticks_waiting++ != 0) {
        ++ticks_overrun;
        if (ticks_waiting - 1 > most_ticks_waiting)
            most_ticks_waiting = ticks_waiting - 1;
    }
    call(TIMER_TICK, ticks, 0);
}

void __attribute__((interrupt("IRQ"))) irq_handler(void)
{
    const uint32_t active = INTERRUPTS;
    if (active & DMA_INTERRUPT)
        dma_finished();
    if (active & TIMER_INTERRUPT)
        timer_expired();
    if (active & CPU_INTERRUPT) {
        message_t *const message = message_receive();
        if (message)
            call(SDP_PACKET_RX, (uint)message, 0);
    }
}

void __attribute__((interrupt("FIQ"))) fiq_handler(void)
{
    uint32_t status;
    while ((status = PACKET_STATUS) & PACKET_RECEIVED) {
        const bool graded = status & PACKET_HAS_PAYLOAD;
        const uint32_t payload = graded ? PACKET_RECEIVED_DATA : 0;
        const uint32_t key = PACKET_RECEIVED_KEY;
        call(graded ? MCPL_PACKET_RECEIVED : MC_PACKET_RECEIVED, key, payload);
    }
}

/* ---- The loop ---- */

static void resume_now(void)
{
    to_be_resumed = false;
    awaited_flag = !awaited_flag;
    paused = false;
    ticks_waiting = 0;
    self->state = STATE_RUN;
    INTERRUPT_ENABLE = TIMER_INTERRUPT;
    TIMER_CONTROL = TIMER_PERIODIC;
}

void run_tasks(void)
{
    INTERRUPT_ENABLE = PACKET_INTERRUPT | DMA_INTERRUPT;
    pause_ticks();
    for (;;) {
        const uint32_t status = spin1_int_disable();
        uint32_t p = 0;
        while (p < PRIORITIES && queues[p].start == queues[p].end)
            ++p;
        if (p < PRIORITIES) {
            const task_t task = queues[p].tasks[queues[p].start++ & (QUEUE - 1)];
            const bool is_tick = task.callback == events[TIMER_TICK].callback;
            spin1_mode_restore(status);
            if (!is_tick || !paused)
                task.callback(task.arg0, task.arg1);
            if (is_tick && ticks_waiting != 0)
                --ticks_waiting;
            continue;
        }
        sleep_until_interrupt();
        if (to_be_resumed && (SYNC_FLAGS >> virtual_core & 1) == awaited_flag)
            resume_now();
        spin1_mode_restore(status);
    }
}

/* ---- Ticks ---- */

void spin1_set_timer_tick(uint microseconds)
{
    timer_cycles = microseconds * SV_CPU_CLOCK;
}

void pause_ticks(void)
{
    INTERRUPT_DISABLE = TIMER_INTERRUPT;
    TIMER_CONTROL = 0;
    TIMER_CLEAR = 1;
    TIMER_LOAD = timer_cycles;
    TIMER_BACKGROUND = timer_cycles;
    paused = true;
    self->state = STATE_PAUSED;
}

void resume_when_synchronised(void)
{
    to_be_resumed = true;
    self->state = awaited_flag ? STATE_SYNC1 : STATE_SYNC0;
}
