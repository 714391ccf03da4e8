/* Registers of a core's devices and the variables that it shares with the monitor (SpiNNaker datasheet, SARK). */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define PACKET_CONTROL REGISTER(0x10000000)
#define PACKET_DATA REGISTER(0x10000004)
#define PACKET_KEY REGISTER(0x10000008)
#define PACKET_STATUS REGISTER(0x1000000c)
#define PACKET_RECEIVED_DATA REGISTER(0x10000010)
#define PACKET_RECEIVED_KEY REGISTER(0x10000014)
#define PACKET_HAS_PAYLOAD (1u << 17)
#define PACKET_RECEIVED (1u << 31)
#define PACKET_FULL (1u << 30)

#define TIMER_LOAD REGISTER(0x11000000)
#define TIMER_COUNT REGISTER(0x11000004)
#define TIMER_CONTROL REGISTER(0x11000008)
#define TIMER_CLEAR REGISTER(0x1100000c)
#define TIMER_BACKGROUND REGISTER(0x11000018)
#define TIMER_PERIODIC 0xe2u /* enabled, periodic, with interrupt, 32 bits */

#define INTERRUPTS REGISTER(0x1f000000) /* that are enabled and not fast */
#define INTERRUPT_SELECT REGISTER(0x1f00000c)
#define INTERRUPT_ENABLE REGISTER(0x1f000010)
#define INTERRUPT_DISABLE REGISTER(0x1f000014)
#define TIMER_INTERRUPT (1u << 4)
#define DMA_INTERRUPT (1u << 12)
#define CPU_INTERRUPT (1u << 18)
#define PACKET_INTERRUPT (1u << 24)

#define DMA_SYSTEM_ADDRESS REGISTER(0x30000004)
#define DMA_TCM_ADDRESS REGISTER(0x30000008)
#define DMA_DESCRIPTION REGISTER(0x3000000c)
#define DMA_CONTROL REGISTER(0x30000010)
#define DMA_STATUS REGISTER(0x30000014)
#define DMA_GLOBAL_CONTROL REGISTER(0x30000018)

#define SET_INTERRUPT REGISTER(0xf2000008)
#define CLEAR_INTERRUPT REGISTER(0xf200000c)
#define SYNC_FLAGS REGISTER(0xf2000058)
#define LOCK(n) REGISTER(0xf2000100 + 4 * (n))
#define UNLOCK(n) REGISTER(0xf2000180 + 4 * (n))
#define SYSTEM_CODE 0x5ec00000u
enum { LOCK_MESSAGES = 0, LOCK_MAILBOXES = 1, LOCK_HEAP = 6 };

typedef struct message {
    struct message *next;
    uint16_t length;
    uint16_t checksum;
    uint8_t flags;
    uint8_t tag;
    uint8_t dest_port;
    uint8_t srce_port;
    uint16_t dest_addr;
    uint16_t srce_addr;
    uint16_t cmd_rc;
    uint16_t seq;
    uint32_t arg1;
    uint32_t arg2;
    uint32_t arg3;
    uint8_t data[256];
    uint32_t unused;
} message_t;

enum mailbox { MAILBOX_IDLE = 0, MAILBOX_MESSAGE = 1, MAILBOX_SIGNAL = 3 };
enum cpu_state { STATE_ERROR = 2, STATE_WAIT = 5, STATE_MAIN = 6, STATE_RUN = 7, STATE_SYNC0 = 8, STATE_SYNC1 = 9,
                 STATE_PAUSED = 10, STATE_EXIT = 11 };

/* A core's block in SysRAM. */
typedef struct {
    uint32_t registers[8];
    uint32_t psr;
    uint32_t sp;
    uint32_t lr;
    uint8_t error;
    uint8_t physical_core;
    volatile uint8_t state;
    uint8_t app_id;
    message_t *to_core;
    message_t *to_monitor;
    volatile uint8_t to_core_command;
    volatile uint8_t to_monitor_command;
    uint16_t software_errors;
    uint32_t software_file;
    uint32_t software_line;
    uint32_t time;
    char app_name[16];
    struct log *log;
    uint32_t software_version;
    uint32_t unused[4];
    uint32_t user[4];
} vcpu_t;

typedef struct block {
    struct block *next; /* in memory */
    struct block *free; /* next free one; of a block in use, the owner */
} block_t;

typedef struct {
    block_t *free;
    block_t *first;
    block_t *last;
    uint32_t free_bytes;
} heap_t;

#define SV(type, offset) (*(type volatile *)(0xe5007f00 + (offset)))
#define SV_CHIP SV(uint16_t, 0x00)
#define SV_UNIX_TIME SV(uint32_t, 0x1c)
#define SV_CPU_CLOCK SV(uint16_t, 0x24)
#define SV_SDRAM_HEAP SV(heap_t *, 0x4c)
#define SV_LOG_SIZE SV(uint32_t, 0x50)
#define SV_FREE_MESSAGES SV(message_t *, 0x68)
#define SV_MESSAGES_IN_USE SV(uint16_t, 0x6c)
#define SV_VIRTUAL_CORE(physical) SV(uint8_t, 0x94 + (physical))
#define SV_PHYSICAL_CORE(virtual) SV(uint8_t, 0xa8 + (virtual))
#define SV_SYSTEM_HEAP SV(heap_t *, 0xd0)
#define SV_MAILBOX_FLAGS SV(uint32_t, 0xec)
#define SV_VERSION SV(uint32_t, 0xfc)
#define VCPU(core) ((vcpu_t *)(0xe5007000 + 128 * (core)))

#endif
