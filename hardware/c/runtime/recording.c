/* Recording into blocks of SDRAM. */
#include "recording.h"

#include "memory.h"
#include "spin1_api.h"

typedef struct {
    uint32_t space;
    uint32_t size; /* bytes recorded; bit 31: some are missing */
    uint8_t *data;
} channel_t;

typedef struct {
    uint32_t n_channels;
    channel_t channels[];
} channels_t;

#define MOST 8
#define MISSING (1u << 31)

static channels_t *written; /* where the host looks */
static uint32_t sizes[MOST];

bool recording_initialize(void **recording_data_address, uint32_t *recording_flags)
{
    written = *recording_data_address;
    if (written->n_channels > MOST)
        return false;
    for (uint32_t i = 0; i < written->n_channels; ++i) {
        channel_t *const channel = &written->channels[i];
        if (channel->space == 0)
            continue;
        channel->data = sdram_allocate(SV_SDRAM_HEAP, channel->space);
        if (!channel->data) {
            io_printf(IO_BUF, "[ERROR] no SDRAM for %u bytes of recording channel %u\n", channel->space, i);
            return false;
        }
        if (recording_flags)
            *recording_flags |= 1u << i;
    }
    recording_reset();
    return true;
}

bool recording_record(uint8_t channel, void *data, size_t size_bytes)
{
    const channel_t *const to = &written->channels[channel];
    const uint32_t size = sizes[channel] & ~MISSING;
    if (to->space - size < size_bytes) {
        sizes[channel] |= to->space ? MISSING : 0;
        return false;
    }
    uint32_t *target = (uint32_t *)(to->data + size);
    const uint32_t *source = data;
    for (uint32_t words = size_bytes >> 2; words != 0; --words)
        *target++ = *source++;
    sizes[channel] += size_bytes;
    return true;
}

void recording_finalise(void)
{
    for (uint32_t i = 0; i < written->n_channels; ++i)
        if (written->channels[i].space)
            written->channels[i].size = sizes[i];
}

void recording_reset(void)
{
    for (uint32_t i = 0; i < MOST; ++i)
        sizes[i] = 0;
}
