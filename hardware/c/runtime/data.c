/* The regions of data that a host writes for a core. */
#include "data_specification.h"

#include "core.h"
#include "spin1_api.h"

#define MAGIC 0xad130ad6
#define VERSION 0x00010000
#define REGIONS 32

static bool is_sound(region_desc_t *region)
{
    const uint32_t *words = region->pointer;
    uint32_t sum = 0;
    if (!words)
        return true;
    for (uint32_t i = 0; i < region->n_words; ++i)
        sum += words[i];
    if (region->n_words != 0 && sum != region->checksum)
        return false;
    region->n_words = region->checksum = 0; /* looked at */
    return true;
}

data_specification_metadata_t *data_specification_get_data_address(void)
{
    data_specification_metadata_t *const data = (data_specification_metadata_t *)self->user[0];
    for (uint32_t i = 0; i < REGIONS; ++i) {
        if (!is_sound(&data->regions[i])) {
            io_printf(IO_BUF, "[ERROR] region %u does not have the checksum that was sent with it\n", i);
            rt_error(RTE_SWERR);
        }
    }
    return data;
}

bool data_specification_read_header(data_specification_metadata_t *data)
{
    return data->magic_number == MAGIC && data->version == VERSION;
}
