/* This core: who it is, how it shares and fails. */
#include "core.h"

#include "processor.h"
#include "spin1_api.h"

vcpu_t *self;
uint32_t virtual_core;
uint32_t app_id;
volatile bool started;

static void stop(uint32_t code, uint32_t where)
{
    spin1_int_disable();
    INTERRUPT_DISABLE = ~0u;
    self->lr = where;
    self->error = (uint8_t)code;
    self->state = STATE_ERROR;
    for (;;)
        sleep_until_interrupt();
}

void fault_at(uint32_t code, uint32_t where)
{
    stop(code, where);
}

void rt_error(uint code, ...)
{
    stop(code, (uint32_t)__builtin_return_address(0));
}

uint32_t lock(uint32_t which)
{
    const uint32_t status = spin1_int_disable();
    while (LOCK(which) & 1u << 31)
        ;
    return status;
}

void unlock(uint32_t status, uint32_t which)
{
    (void)UNLOCK(which);
    spin1_mode_restore(status);
}

void spin1_delay_us(uint microseconds)
{
    for (volatile uint32_t loops = microseconds * SV_CPU_CLOCK / 8; loops != 0; --loops)
        ;
}
