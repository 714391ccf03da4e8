/* What a core knows, its memory, and the error that stops it. */
#include "core.h"

#include <stdbool.h>

#include <spin1_api.h>

core_t core;

void fail(const char *why)
{
    io_printf(IO_BUF, "[ERROR] %s\n", (char *)why);
    rt_error(RTE_SWERR);
    while (true)
        ;
}

void *allocate(uint32_t count, uint32_t size, const char *what)
{
    void *const memory = spin1_malloc(count * size + 4);
    if (!memory) {
        io_printf(IO_BUF, "[ERROR] no memory for %u x %u bytes: %s\n", count, size, (char *)what);
        rt_error(RTE_SWERR);
    }
    return memory;
}
