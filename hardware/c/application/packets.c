/* Packets: kept as they come, sorted once a tick. */
#include "packets.h"

#include <spin1_api.h>

#include "core.h"
#include "timed.h"

typedef struct {
    uint32_t key;
    uint32_t payload;
} packet_t;

typedef struct {
    uint32_t due;
    arrival_t arrival;
} waiting_t;

static packet_t *received; /* a ring; the interrupt writes at its end, the tick reads at its start */
static volatile uint32_t received_end;
static uint32_t received_start;
static uint32_t ring_mask;

static waiting_t *waiting; /* spikes whose delay is not over */
static uint32_t n_waiting;

static arrival_t *arriving;
static uint32_t n_arriving;
static uint32_t earliest; /* tick in which a spike can still arrive */

static int32_t *errors; /* error and directional sum of each output neuron */
static uint32_t errors_missing;

static callback_t volatile awaited;

static void receive(uint32_t key, uint32_t payload)
{
    const uint32_t end = received_end;
    ++core.counters.packets_received;
    if (end - received_start > ring_mask) {
        ++core.counters.packets_lost;
        return;
    }
    received[end & ring_mask].key = key;
    received[end & ring_mask].payload = payload;
    received_end = end + 1;
    if (awaited) {
        const callback_t function = awaited;
        awaited = 0;
        spin1_schedule_callback(function, 0, 0, 3);
    }
}

static void receive_plain(uint key, uint unused)
{
    (void)unused;
    receive(key, 0);
}

static void receive_graded(uint key, uint payload)
{
    receive(key, payload);
}

void packets_initialise(void)
{
    const uint32_t n = core.configuration.max_packets;
    ring_mask = n - 1;
    received = allocate(n, sizeof(packet_t), "packets");
    waiting = allocate(n, sizeof(waiting_t), "packets under way");
    arriving = allocate(n, sizeof(arrival_t), "arrivals");
    errors = allocate(core.configuration.n_errors, 2 * sizeof(int32_t), "errors");
    packets_expect_errors();
    spin1_callback_on(MC_PACKET_RECEIVED, receive_plain, -1);
    spin1_callback_on(MCPL_PACKET_RECEIVED, receive_graded, -1);
}

void packets_expect_errors(void)
{
    errors_missing = 2 * core.configuration.n_errors;
}

int32_t packets_error(uint32_t output, uint32_t which)
{
    return errors[2 * output + which];
}

/* The core that sent a packet, or null. */
static const source_t *source_of(uint32_t key)
{
    uint32_t low = 0, high = core.configuration.n_sources;
    while (low < high) {
        const uint32_t middle = (low + high) >> 1;
        if (core.sources[middle].key <= key)
            low = middle + 1;
        else
            high = middle;
    }
    const source_t *source = &core.sources[low - 1];
    return low != 0 && (key & source->mask) == source->key ? source : 0;
}

static void take_error(const source_t *source, const packet_t *packet)
{
    const uint32_t rest = packet->key & ~source->mask;
    errors[2 * source->first + rest] = (int32_t)packet->payload;
    if (errors_missing != 0)
        --errors_missing;
}

/* When a spike was sent: the colour in its key is that tick's last bits; clocks of cores differ by less than a tick. */
static uint32_t sent_at(uint32_t rest, uint32_t colour_bits)
{
    const uint32_t colours = 1u << colour_bits;
    const uint32_t age = (core.time - rest) & (colours - 1);
    return age == colours - 1 ? core.time + 1 : core.time - age;
}

/* An output spike, for the errors of hidden ones. One of the next trial may come before all errors of this one. */
static void take_factor(const source_t *source, const packet_t *packet)
{
    const uint32_t rest = packet->key & ~source->mask;
    const uint32_t age = sent_at(rest, source->colour_bits) - core.trial_start;
    if (age < 2 * core.configuration.trial_ticks)
        timed_note(age, source->first + (rest >> source->colour_bits), (int32_t)packet->payload);
    else
        ++core.counters.packets_late;
}

static void take_spike(const source_t *source, const packet_t *packet)
{
    const uint32_t rest = packet->key & ~source->mask;
    const uint32_t sent = source->colour_bits ? sent_at(rest, source->colour_bits) : core.time - 1;
    const uint32_t due = sent + source->delay;
    const uint32_t trial = core.configuration.trial_ticks;
    const int32_t age = (int32_t)(sent - core.trial_start); /* within the trial; negative: of the one before */
    if (age < 0 || ((uint32_t)age < trial && due - core.trial_start >= trial))
        return; /* would arrive in another trial than it was sent in */
    if ((int32_t)(due - earliest) < 0) {
        ++core.counters.packets_late;
        return;
    }
    const arrival_t arrival = {source->first + (rest >> source->colour_bits), (int32_t)packet->payload, source->learns};
    if (due == core.time && n_arriving < core.configuration.max_packets) {
        arriving[n_arriving++] = arrival;
    } else if (due != core.time && n_waiting < core.configuration.max_packets) {
        waiting[n_waiting].due = due;
        waiting[n_waiting++].arrival = arrival;
    } else {
        ++core.counters.packets_lost;
    }
}

static void sort_received(void)
{
    while (received_start != received_end) {
        const packet_t *packet = &received[received_start & ring_mask];
        const source_t *source = source_of(packet->key);
        if (!source)
            ++core.counters.packets_unknown;
        else if (source->is_error)
            take_error(source, packet);
        else if (source->is_factor)
            take_factor(source, packet);
        else
            take_spike(source, packet);
        ++received_start;
    }
}

/* Let those whose delay is over arrive. */
static void sort_waiting(void)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n_waiting; ++i) {
        if (waiting[i].due != core.time)
            waiting[kept++] = waiting[i];
        else if (n_arriving < core.configuration.max_packets)
            arriving[n_arriving++] = waiting[i].arrival;
        else
            ++core.counters.packets_lost;
    }
    n_waiting = kept;
}

const arrival_t *packets_arriving(uint32_t *count)
{
    n_arriving = 0;
    earliest = core.time;
    sort_waiting();
    sort_received();
    earliest = core.time + 1;
    if (n_arriving > core.counters.most_packets_in_a_tick)
        core.counters.most_packets_in_a_tick = n_arriving;
    *count = n_arriving;
    return arriving;
}

bool packets_await_errors(void (*function)(unsigned int, unsigned int))
{
    awaited = function; /* first, so that a packet that comes now is noticed */
    sort_received();
    if (errors_missing != 0)
        return false;
    awaited = 0;
    return true;
}
