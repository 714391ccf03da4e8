/* This core: who it is, how it starts and fails. */
#include "machine.h"
#include "spin1_api.h"

vcpu_t *self;
uint32_t virtual_core;
uint32_t app_id;
volatile bool started;

void c_main(void);

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
    c_main();
    spin1_int_disable();
    self->state = STATE_EXIT;
    INTERRUPT_DISABLE = ~0u;
    for (;;)
        sleep_until_interrupt();
}

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
