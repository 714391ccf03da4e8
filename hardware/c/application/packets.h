/* Packets: what arrives, and when. */
#ifndef PACKETS_H
#define PACKETS_H

#include <stdbool.h>
#include <stdint.h>

/* A spike that arrives in this tick. */
typedef struct {
    uint32_t row;
    int32_t grade;
    bool learns;
} arrival_t;

void packets_initialise(void);

/* Sort what has been received; return the arrivals of this tick. */
const arrival_t *packets_arriving(uint32_t *count);

/* Whether the errors of all output neurons are here; if not, call the function when more packets have come. */
bool packets_await_errors(void (*function)(unsigned int, unsigned int));

/* Error (0) or directional sum (1) of an output neuron. */
int32_t packets_error(uint32_t output, uint32_t which);

/* Wait for the errors of another trial. */
void packets_expect_errors(void);

#endif
