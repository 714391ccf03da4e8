/* The log that the host reads. */
#ifndef LOG_H
#define LOG_H

void log_clear(void);

#endif
