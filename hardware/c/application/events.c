/* The rows that arrived in a trial and learn, tick after tick. */
#include "events.h"

#include "core.h"

static uint32_t *rows; /* of all events of the trial, in order */
static uint16_t *ticks;
static uint32_t n_events;

void events_initialise(void)
{
    rows = allocate(core.configuration.max_events, sizeof(uint32_t), "events of a trial");
    ticks = allocate(core.configuration.max_events, sizeof(uint16_t), "times of events");
}

void events_note(uint32_t row)
{
    if (n_events == core.configuration.max_events) {
        ++core.counters.events_forgotten;
        return;
    }
    rows[n_events] = row;
    ticks[n_events++] = (uint16_t)(core.time - core.trial_start);
}

void events_forget(void)
{
    if (n_events > core.counters.most_events_in_a_trial)
        core.counters.most_events_in_a_trial = n_events;
    n_events = 0;
}

uint32_t events_count(void)
{
    return n_events;
}

const uint32_t *events_in(uint32_t tick, uint32_t *end, uint32_t *count)
{
    while (*end != 0 && ticks[*end - 1] > tick)
        --*end;
    uint32_t first = *end;
    while (first != 0 && ticks[first - 1] == tick)
        --first;
    *count = *end - first;
    *end = first;
    return rows + first;
}
