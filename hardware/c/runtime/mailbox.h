/* Messages from and to the host. */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stdbool.h>

#include "machine.h"

/* Return a copy of the message in this core's mailbox; null if there is a signal or nothing. */
message_t *message_receive(void);
bool message_send(const message_t *message);

#endif
