/* The regions of data that a host writes for a core. */
#ifndef DATA_SPECIFICATION_H
#define DATA_SPECIFICATION_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    void *pointer;
    uint32_t checksum;
    uint32_t n_words;
} region_desc_t;

typedef struct {
    uint32_t magic_number;
    uint32_t version;
    region_desc_t regions[];
} data_specification_metadata_t;

data_specification_metadata_t *data_specification_get_data_address(void);
bool data_specification_read_header(data_specification_metadata_t *data);

static inline void *data_specification_get_region(uint32_t region, data_specification_metadata_t *data)
{
    return data->regions[region].pointer;
}

#endif
