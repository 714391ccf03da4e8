/* The log: a chain of buffers in SDRAM that the host reads. */
#include "log.h"

#include <stdarg.h>

#include "core.h"
#include "memory.h"
#include "spin1_api.h"

struct log {
    struct log *next;
    uint32_t unix_time;
    uint32_t time_ms;
    uint32_t length;
    char text[];
};

static struct log *last;
static uint32_t length;

static struct log *new_buffer(void)
{
    struct log *buffer = sdram_allocate(SV_SYSTEM_HEAP, sizeof(struct log) + SV_LOG_SIZE);
    if (!buffer)
        rt_error(RTE_SWERR);
    buffer->next = 0;
    buffer->unix_time = SV_UNIX_TIME;
    buffer->time_ms = buffer->length = length = 0;
    return buffer;
}

static void put(char c)
{
    if (!last)
        self->log = last = new_buffer();
    last->text[length++] = c;
    if (length == SV_LOG_SIZE) {
        last->length = length;
        last = last->next = new_buffer();
    } else if (c == '\n') {
        last->length = length;
    }
}

static void put_number(uint32_t number, uint32_t base)
{
    if (number >= base)
        put_number(number / base, base);
    put("0123456789abcdef"[number % base]);
}

void io_printf(char *stream, char *format, ...)
{
    va_list arguments;
    (void)stream;
    va_start(arguments, format);
    for (; *format; ++format) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        ++format;
        if (*format == 's') {
            for (const char *text = va_arg(arguments, const char *); *text; ++text)
                put(*text);
        } else if (*format == 'u') {
            put_number(va_arg(arguments, uint32_t), 10);
        } else if (*format == 'x') {
            put_number(va_arg(arguments, uint32_t), 16);
        } else {
            put(*format);
        }
    }
    va_end(arguments);
}

void log_clear(void)
{
    const uint32_t status = spin1_int_disable();
    last = self->log;
    length = 0;
    if (last) {
        last->next = 0; /* further buffers go with the application */
        last->length = 0;
    }
    spin1_mode_restore(status);
}
