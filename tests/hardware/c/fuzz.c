/* Kernels on random bytes, for the sanitizers: any state within the ranges that docs/arithmetic.md states.
 *
 *     fuzz SEED ROUNDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sfdfa.h"

#define SUM_LIMIT ((1 << 30) - 1)
#define MOST_OUTPUTS 256
#define EVENT_BITS (32 - SFDFA_WEIGHT_BITS + SFDFA_WEIGHT - SFDFA_INPUT) /* Formats.max_events is 2^EVENT_BITS */
#define MOST_EVENTS (1u << (EVENT_BITS < 8 ? EVENT_BITS : 8))

static uint64_t state;

/* xorshift64* */
static uint32_t word(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 2685821657736338717ull) >> 32);
}

/* A number in low..high: anywhere, near zero, or at a limit. */
static int32_t number(int32_t low, int32_t high)
{
    const uint32_t kind = word() & 3u;
    int64_t x = low + (int64_t)(word() % ((uint64_t)((int64_t)high - low) + 1u));
    if (kind == 0)
        x = (int64_t)(word() % 201u) - 100;
    else if (kind == 1)
        x = word() & 1u ? low : high;
    return x < low ? low : x > high ? high : (int32_t)x;
}

static int32_t sum(void)
{
    return number(-SUM_LIMIT, SUM_LIMIT);
}

static int32_t any(void)
{
    return number(-INT32_MAX, INT32_MAX);
}

static sfdfa_weight weight(void)
{
    const int32_t limit = (int32_t)(((uint32_t)1 << (SFDFA_WEIGHT_BITS - 1)) - 1u);
    return (sfdfa_weight)number(-limit, limit);
}

/* Allocated to the byte, so that one access too far is found. */
static void *exactly(size_t bytes)
{
    void *memory = malloc(bytes);
    if (!memory)
        exit(2);
    memset(memory, 0, bytes);
    return memory;
}

static void trial(const sfdfa_constants *constants, sfdfa_weight *row, uint32_t n, sfdfa_tally *tally)
{
    sfdfa_neuron *neurons = exactly(n * sizeof *neurons);
    sfdfa_spike *spikes = exactly(n * sizeof *spikes);
    sfdfa_replay *replay = exactly(n * sizeof *replay);
    int32_t *total = exactly(n * sizeof *total), *grades = exactly(n * sizeof *grades);
    int32_t *error = exactly(n * sizeof *error), *change = exactly(n * sizeof *change);
    int64_t *graded = exactly(n * sizeof *graded);
    sfdfa_perturb(neurons, n, word() & 0xFFFFu, sfdfa_key(word(), word()));
    for (uint32_t i = 0; i < n; ++i) {
        const sfdfa_neuron drawn = {sum(), sum(), any(), any(), number(0, 3), neurons[i].perturbation};
        neurons[i] = drawn;
    }
    for (uint32_t events = word() % (MOST_EVENTS + 1u); events != 0; --events) {
        if (events & 1u)
            sfdfa_arrive(row, total, n);
        else
            sfdfa_arrive_graded(row, any(), total, graded, n);
    }
    sfdfa_take_up(neurons, total, word() & 1u ? graded : 0, n, tally);
    const uint32_t now = word() & 0xFFFFu;
    const uint32_t fired = sfdfa_tick(constants, neurons, n, now, spikes, grades, tally);
    for (uint32_t i = 0; i < n; ++i)
        error[i] = any();
    sfdfa_replay_begin(replay, error, number(0, INT32_MAX), n, tally);
    for (uint32_t i = 0; i < n; ++i) {
        const sfdfa_replay drawn = {sum(), sum(), replay[i].delta};
        replay[i] = drawn;
    }
    if (sfdfa_replay_spikes(replay, spikes, fired, now, tally) != 0)
        exit(3);
    sfdfa_replay_decay(replay, constants, change, n);
    sfdfa_change_row(row, change, sfdfa_skip(word(), word()), n, tally);
    free(neurons);
    free(spikes);
    free(replay);
    free(total);
    free(grades);
    free(error);
    free(change);
    free(graded);
}

static void errors(uint32_t n, sfdfa_tally *tally)
{
    sfdfa_neuron *neurons = exactly(n * sizeof *neurons);
    int32_t *row = exactly(n * sizeof *row), *error = exactly(n * sizeof *error);
    int64_t *total = exactly(n * sizeof *total);
    for (uint32_t i = 0; i < n; ++i) {
        neurons[i].count = number(0, INT32_MAX);
        neurons[i].perturbation = any();
        row[i] = any();
    }
    sfdfa_output_error(row, neurons, error, n, tally);
    for (uint32_t i = 0; i < n; ++i)
        neurons[i].count = number(0, 1 << 15);
    for (uint32_t outputs = word() % (MOST_OUTPUTS + 1u); outputs != 0; --outputs)
        sfdfa_feed_back(row, any(), total, n);
    const int32_t most = 4096 * (1 << SFDFA_ERROR);
    sfdfa_hidden_error(total, neurons, number(0, most), number(0, most), error, n, tally);
    sfdfa_improve_feedback(row, neurons, any(), number(0, INT32_MAX), n, tally);
    free(neurons);
    free(row);
    free(error);
    free(total);
}

/* Output neurons walked backwards, and hidden spikes with errors of their own. */
static void timed(const sfdfa_constants *constants, uint32_t n, sfdfa_tally *tally)
{
    const uint32_t outputs = 1u + word() % 4u, size = n + 1u;
    sfdfa_replay *above = exactly(outputs * sizeof *above), *replay = exactly(size * sizeof *replay);
    sfdfa_spike *spikes = exactly(size * sizeof *spikes);
    int32_t *pull = exactly(outputs * sizeof *pull), *feedback = exactly(outputs * size * sizeof *feedback);
    for (uint32_t o = 0; o < outputs; ++o)
        pull[o] = any();
    sfdfa_pull_begin(above, pull, outputs, tally);
    for (uint32_t i = 0; i < size; ++i) {
        spikes[i].neuron = (uint16_t)(word() % outputs);
        spikes[i].factor = any();
        replay[i].S1 = sum();
        replay[i].S2 = sum();
        replay[i].delta = sum();
    }
    sfdfa_pull_spikes(above, spikes, size, 0, tally);
    sfdfa_pull_decay(above, constants, pull, outputs, tally);
    for (uint32_t i = 0; i < outputs * size; ++i)
        feedback[i] = any();
    for (uint32_t i = 0; i < size; ++i)
        spikes[i].neuron = (uint16_t)(word() % size);
    sfdfa_timed_spikes(replay, spikes, size, 0, feedback, size, pull, outputs, number(0, INT32_MAX), tally);
    free(above);
    free(replay);
    free(spikes);
    free(pull);
    free(feedback);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 1;
    state = strtoull(argv[1], 0, 10) * 2u + 1u;
    sfdfa_tally tally;
    memset(&tally, 0, sizeof tally);
    for (unsigned long round = strtoul(argv[2], 0, 10); round != 0; --round) {
        const uint32_t n = word() % 20u;
        sfdfa_weight *row = exactly(n * sizeof *row);
        for (uint32_t i = 0; i < n; ++i)
            row[i] = weight();
        const sfdfa_constants constants = {number(1, INT32_MAX),       number(1, INT32_MAX), number(1 << 8, SUM_LIMIT),
                                           number(1 << 8, INT32_MAX), number(0, 1),         number(1, 4)};
        trial(&constants, row, n, &tally);
        errors(n, &tally);
        timed(&constants, n, &tally);
        free(row);
    }
    for (int variable = 0; variable < SFDFA_VARIABLES; ++variable)
        printf("%lu %lu\n", (unsigned long)tally.saturated[variable], (unsigned long)tally.vanished[variable]);
    return 0;
}
