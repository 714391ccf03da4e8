/* This core: who it is, how it shares and fails. */
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

extern vcpu_t *self;          /* this core's block */
extern uint32_t virtual_core; /* its number among the working cores */
extern uint32_t app_id;
extern volatile bool started; /* by the host, if it holds cores before main */

uint32_t lock(uint32_t which);
void unlock(uint32_t status, uint32_t which);

#endif
