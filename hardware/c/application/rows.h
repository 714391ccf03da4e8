/* Rows of weights, by double-buffered DMA. */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stdint.h>

void rows_initialise(void);

/* Do something with rows of a matrix in SDRAM, in this order; the k-th is row numbers[k], or row k if numbers is null. */
void rows_walk(int32_t *matrix, const uint32_t *numbers, uint32_t count, bool write_back,
               void (*action)(uint32_t k, uint32_t number, int32_t *row));

#endif
