/* What runs first in C: the core says who it is, waits for the host if it is told to, and calls the application. */
#include "core.h"
#include "events.h"
#include "processor.h"
#include "spin1_api.h"

void application(void); /* which function it is, the linker is told */

static void set_name(const char *name)
{
    for (uint32_t i = 0; i + 1 < sizeof(self->app_name) && name[i]; ++i)
        self->app_name[i] = name[i];
}

void begin(uint32_t argument)
{
    const uint32_t physical = DMA_STATUS >> 24;
    app_id = argument & 0xff;
    virtual_core = SV_VIRTUAL_CORE(physical);
    self = VCPU(virtual_core);
    for (uint32_t *word = (uint32_t *)self; word != self->user; ++word)
        *word = 0;
    self->physical_core = (uint8_t)physical;
    self->app_id = (uint8_t)app_id;
    self->time = SV_UNIX_TIME;
    self->software_version = SV_VERSION;
    set_name(APPLICATION_NAME);
    self->state = STATE_WAIT;
    started = !(argument & 0x100);
    interrupts_begin();
    while (!started)
        sleep_until_interrupt();
    self->state = STATE_MAIN;
    application();
    spin1_int_disable();
    self->state = STATE_EXIT;
    INTERRUPT_DISABLE = ~0u;
    for (;;)
        sleep_until_interrupt();
}
