/* Blocks of the heaps in SDRAM. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

#include "machine.h"

void *sdram_allocate(heap_t *heap, uint32_t bytes);

#endif
