/* A tick: what arrives, what fires, and pauses. docs/spinnaker_learning.md tells the order. */
#include "tick.h"

#include <recording.h>
#include <simulation.h>
#include <spin1_api.h>

#include "core.h"
#include "events.h"
#include "learning.h"
#include "packets.h"
#include "rows.h"
#include "samples.h"

static const arrival_t *arrivals; /* of this tick */
static uint32_t *numbers;         /* their rows */
static bool any_grade;

void tick_initialise(void)
{
    numbers = allocate(core.configuration.max_packets, sizeof(uint32_t), "rows of a tick");
}

static void arrive(uint32_t k, uint32_t number, int32_t *row)
{
    const int32_t grade = arrivals[k].grade;
    if (arrivals[k].learns)
        events_note(number);
    if (grade == 0) {
        sfdfa_arrive((sfdfa_weight *)row, core.total, core.configuration.n_neurons);
        return;
    }
    any_grade = true;
    sfdfa_arrive_graded((sfdfa_weight *)row, grade, core.total, core.graded, core.configuration.n_neurons);
}

static void take_up(void)
{
    const uint32_t n = core.configuration.n_neurons;
    uint32_t count;
    arrivals = packets_arriving(&count);
    if (count == 0)
        return;
    for (uint32_t k = 0; k < count; ++k)
        numbers[k] = arrivals[k].row;
    any_grade = false;
    rows_walk((int32_t *)core.weights, numbers, count, false, arrive);
    sfdfa_take_up(core.neurons, core.total, any_grade ? core.graded : 0, n, &core.tally);
}

static void send(uint32_t key, int32_t payload)
{
    while (!spin1_send_mc_packet(key, (uint)payload, WITH_PAYLOAD))
        spin1_delay_us(1);
}

static void send_spikes(const sfdfa_spike *spikes, uint32_t count)
{
    const configuration_t *c = &core.configuration;
    const uint32_t colour = core.time & ((1u << c->colour_bits) - 1);
    for (uint32_t k = 0; k < count; ++k) {
        const uint32_t rest = (uint32_t)spikes[k].neuron << c->colour_bits | colour;
        if (c->sends_spikes)
            send(c->spike_key | rest, core.grades[k]);
        if (c->sends_factors)
            send(c->factor_key | rest, spikes[k].factor);
    }
}

static void resume(void)
{
    recording_reset();
    if (core.time == UINT32_MAX) { /* before tick 0 */
        learning_restart();
        samples_restart();
    }
}

void tick_run(uint unused0, uint unused1)
{
    (void)unused0;
    (void)unused1;
    ++core.time;
    if (learning_waits())
        fail("the errors of the output neurons did not come within a tick; choose a larger time_scale_factor");
    if (simulation_is_finished()) {
        simulation_handle_pause_resume(resume);
        recording_finalise();
        --core.time; /* this tick is done again after a pause */
        simulation_ready_to_read();
        return;
    }
    const uint32_t now = core.time - core.trial_start;
    take_up();
    samples_take();
    sfdfa_spike *spikes = core.spikes + core.n_spikes;
    const uint32_t fired = sfdfa_tick(&core.constants, core.neurons, core.configuration.n_neurons, now, spikes,
                                      core.grades, &core.tally);
    core.n_spikes += fired;
    send_spikes(spikes, fired);
    samples_take_spikes(spikes, fired);
    if (now + 1 == core.configuration.trial_ticks)
        learning_end_trial();
}
