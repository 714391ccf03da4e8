/* What the processor does and C has no words for. */
#ifndef PROCESSOR_H
#define PROCESSOR_H

void sleep_until_interrupt(void);

#endif
