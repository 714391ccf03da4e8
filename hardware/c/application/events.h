/* Which rows a trial used. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>

void events_initialise(void);
void events_note(uint32_t row);
void events_forget(void);

/* The rows of the events of a tick, among the first `end` events; `end` becomes the first of them. */
const uint32_t *events_in(uint32_t tick, uint32_t *end, uint32_t *count);
uint32_t events_count(void);

#endif
