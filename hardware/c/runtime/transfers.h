/* DMA. */
#ifndef TRANSFERS_H
#define TRANSFERS_H

#include "spin1_api.h"

/* Call a function when a transfer has ended. */
void transfers_call(callback_t callback);
void dma_finished(void);

#endif
