/* A core of LIF_SFDFA neurons: start, ticks, pauses. docs/spinnaker_learning.md tells the order of a tick and of a trial's end. */
#include "core.h"

#include <data_specification.h>
#include <recording.h>
#include <simulation.h>
#include <spin1_api.h>

core_t core;

static uint32_t simulation_ticks;
static uint32_t infinite_run;

void fail(const char *why)
{
    io_printf(IO_BUF, "[ERROR] %s\n", (char *)why);
    rt_error(RTE_SWERR);
    while (true)
        ;
}

void *allocate(uint32_t count, uint32_t size, const char *what)
{
    void *const memory = spin1_malloc(count * size + 4);
    if (!memory) {
        io_printf(IO_BUF, "[ERROR] no memory for %u x %u bytes: %s\n", count, size, (char *)what);
        rt_error(RTE_SWERR);
    }
    return memory;
}

/* ---- A tick ---- */

static const arrival_t *arrivals;
static bool any_grade;

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
    static uint32_t *numbers;
    const uint32_t n = core.configuration.n_neurons;
    uint32_t count;
    if (!numbers)
        numbers = allocate(core.configuration.max_packets, sizeof(uint32_t), "rows of a tick");
    arrivals = packets_arriving(&count);
    if (count == 0)
        return;
    for (uint32_t k = 0; k < count; ++k)
        numbers[k] = arrivals[k].row;
    any_grade = false;
    rows_walk((int32_t *)core.weights, numbers, count, false, arrive);
    sfdfa_take_up(core.neurons, core.total, any_grade ? core.graded : 0, n, &core.tally);
}

static void send_spikes(const sfdfa_spike *spikes, uint32_t count)
{
    const configuration_t *c = &core.configuration;
    const uint32_t colour = core.time & ((1u << c->colour_bits) - 1);
    for (uint32_t k = 0; c->sends_spikes && k < count; ++k) {
        const uint32_t key = c->spike_key | (uint32_t)spikes[k].neuron << c->colour_bits | colour;
        while (!spin1_send_mc_packet(key, (uint)core.grades[k], WITH_PAYLOAD))
            spin1_delay_us(1);
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

static void tick(uint unused0, uint unused1)
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

/* ---- Start ---- */

static void report(address_t provenance)
{
    uint32_t *saturated = &core.counters.saturated_input;
    for (uint32_t v = 0; v < SFDFA_VARIABLES; ++v)
        saturated[v] = core.tally.saturated[v];
    *(counters_t *)provenance = core.counters;
}

static void check_formats(void)
{
    const configuration_t *c = &core.configuration;
    if (c->format_state != SFDFA_STATE || c->format_input != SFDFA_INPUT || c->format_weight != SFDFA_WEIGHT ||
        c->format_grade != SFDFA_GRADE || c->format_factor != SFDFA_FACTOR || c->format_change != SFDFA_CHANGE ||
        c->format_error != SFDFA_ERROR || c->format_feedback != SFDFA_FEEDBACK || c->stochastic != SFDFA_STOCHASTIC)
        fail("this application was built for other number formats; build it again");
}

static void read_configuration(data_specification_metadata_t *data)
{
    core.configuration = *(configuration_t *)data_specification_get_region(REGION_CONFIGURATION, data);
    const configuration_t *c = &core.configuration;
    /* SARK cannot clear a log in which nothing has been written. */
    io_printf(IO_BUF, "[INFO] %u neurons from %u on, %u rows\n", c->n_neurons, c->first_neuron, c->n_rows);
    check_formats();
    const sfdfa_constants constants = {c->loss_syn, c->loss_m, c->threshold, c->reach, c->exact, c->max_spikes};
    core.constants = constants;
    source_t *sources = allocate(c->n_sources, sizeof(source_t), "sources");
    const source_t *written = data_specification_get_region(REGION_SOURCES, data);
    for (uint32_t i = 0; i < c->n_sources; ++i)
        sources[i] = written[i];
    core.sources = sources;
    core.initial = data_specification_get_region(REGION_STATE, data);
    core.weights = data_specification_get_region(REGION_WEIGHTS, data);
    core.absent = data_specification_get_region(REGION_ABSENT, data);
    core.feedback = data_specification_get_region(REGION_FEEDBACK, data);
    core.targets = data_specification_get_region(REGION_TARGETS, data);
}

static void lay_out(void)
{
    const uint32_t n = core.configuration.n_neurons;
    core.neurons = allocate(n, sizeof(sfdfa_neuron), "neurons");
    core.total = allocate(n, sizeof(int32_t), "arriving weights");
    core.graded = allocate(n, sizeof(int64_t), "arriving grades");
    core.grades = allocate(n, sizeof(int32_t), "grades");
    core.spikes = allocate(n * (uint32_t)core.configuration.max_spikes, sizeof(sfdfa_spike), "spikes of a trial");
    for (uint32_t i = 0; i < n; ++i) {
        core.total[i] = 0;
        core.graded[i] = 0;
    }
    packets_initialise();
    rows_initialise();
    events_initialise();
    learning_initialise();
}

void c_main(void)
{
    uint32_t timer_period;
    data_specification_metadata_t *data = data_specification_get_data_address();
    if (!data_specification_read_header(data))
        fail("the data of this core are not what this application reads");
    if (!simulation_initialise(data_specification_get_region(REGION_SYSTEM, data), APPLICATION_NAME_HASH,
                               &timer_period, &simulation_ticks, &infinite_run, &core.time, 1, 0))
        fail("this core was told to run another application");
    simulation_set_provenance_function(report, data_specification_get_region(REGION_PROVENANCE, data));
    read_configuration(data);
    lay_out();
    if (!samples_initialise(data_specification_get_region(REGION_RECORDING, data),
                            data_specification_get_region(REGION_NEURON_RECORDING, data)))
        fail("no memory to record what was asked for");
    core.time = UINT32_MAX;
    learning_restart();
    spin1_set_timer_tick(timer_period);
    spin1_callback_on(TIMER_TICK, tick, 2);
    simulation_run();
}
