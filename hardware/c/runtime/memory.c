/* Memory: the rest of DTCM, never given back, and blocks of the heaps in SDRAM that all cores of the chip share. */
#include "memory.h"

#include <stddef.h>

#include "core.h"
#include "spin1_api.h"

extern uint8_t heap_start[], heap_limit[];

void *spin1_malloc(uint bytes)
{
    static uint8_t *next = heap_start;
    uint8_t *const block = next;
    bytes = (bytes + 7) & ~7u;
    if (bytes > (uint32_t)(heap_limit - next))
        return 0;
    next += bytes;
    return block;
}

void *sdram_allocate(heap_t *heap, uint32_t bytes)
{
    const uint32_t size = ((bytes + 3) & ~3u) + sizeof(block_t);
    const uint32_t status = lock(LOCK_HEAP);
    block_t **link = &heap->free;
    for (block_t *block = heap->free; block; link = &block->free, block = block->free) {
        if (!block->next || (uint32_t)((uint8_t *)block->next - (uint8_t *)block) < size)
            continue;
        block_t *const rest = (block_t *)((uint8_t *)block + size);
        if (rest + 1 < block->next) {
            rest->next = block->next;
            rest->free = block->free;
            block->next = rest;
            *link = rest;
        } else {
            *link = block->free;
        }
        heap->free_bytes -= size;
        block->free = (block_t *)(0xffff0000u | app_id << 8);
        unlock(status, LOCK_HEAP);
        return block + 1;
    }
    unlock(status, LOCK_HEAP);
    return 0;
}

/* The compiler calls these, library or not. */
void *memcpy(void *restrict target, const void *restrict source, size_t n)
{
    uint8_t *to = target;
    const uint8_t *from = source;
    while (n-- != 0)
        *to++ = *from++;
    return target;
}

void *memset(void *target, int value, size_t n)
{
    uint8_t *to = target;
    while (n-- != 0)
        *to++ = (uint8_t)value;
    return target;
}
