/* The end of a trial. */
#ifndef LEARNING_H
#define LEARNING_H

#include <stdbool.h>

void learning_initialise(void);

/* The present tick is the last of its trial: learn, at once or when the errors are here, and begin the next trial. */
void learning_end_trial(void);

/* Whether a trial has ended and the errors are not here. */
bool learning_waits(void);

/* Return to the first trial, at time 0. */
void learning_restart(void);

#endif
