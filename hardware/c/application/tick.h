/* A tick of the simulation. */
#ifndef TICK_H
#define TICK_H

void tick_initialise(void);

/* Call it at each tick of the timer. */
void tick_run(unsigned int unused0, unsigned int unused1);

#endif
