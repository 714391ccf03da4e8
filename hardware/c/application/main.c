/* A core of LIF_SFDFA neurons: it reads what the host wrote, lays out its memory and starts the ticks. */
#include <data_specification.h>
#include <simulation.h>
#include <spin1_api.h>

#include "core.h"
#include "events.h"
#include "learning.h"
#include "packets.h"
#include "rows.h"
#include "samples.h"
#include "tick.h"
#include "timed.h"

static uint32_t simulation_ticks;
static uint32_t infinite_run;

static void report(address_t provenance)
{
    for (uint32_t v = 0; v < SFDFA_VARIABLES; ++v)
        core.counters.saturated[v] = core.tally.saturated[v];
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
    timed_initialise();
    tick_initialise();
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
    spin1_callback_on(TIMER_TICK, tick_run, 2);
    simulation_run();
}
