/* Interrupts, and tasks that wait for their turn. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>

extern uint32_t ticks_overrun, most_ticks_waiting, tasks_lost;

void interrupts_begin(void);
void run_tasks(void);
void pause_ticks(void);
void resume_when_synchronised(void);

#endif
