/* Messages from and to the host; the monitor passes them on through a mailbox for each core. */
#include "mailbox.h"

#include "core.h"

static message_t *take_shared(void)
{
    const uint32_t status = lock(LOCK_MESSAGES);
    message_t *const message = SV_FREE_MESSAGES;
    if (message) {
        SV_FREE_MESSAGES = message->next;
        ++SV_MESSAGES_IN_USE;
    }
    unlock(status, LOCK_MESSAGES);
    return message;
}

static void give_back_shared(message_t *message)
{
    const uint32_t status = lock(LOCK_MESSAGES);
    message->next = SV_FREE_MESSAGES;
    SV_FREE_MESSAGES = message;
    --SV_MESSAGES_IN_USE;
    unlock(status, LOCK_MESSAGES);
}

message_t *message_receive(void)
{
    static message_t copy; /* one at a time: the host waits for answers */
    CLEAR_INTERRUPT = SYSTEM_CODE | 1u << self->physical_core;
    const uint8_t command = self->to_core_command;
    message_t *const content = self->to_core;
    self->to_core_command = MAILBOX_IDLE;
    if (command == MAILBOX_SIGNAL)
        started = true; /* the only signal that means something here is to start; stopping is done from outside */
    if (command != MAILBOX_MESSAGE)
        return 0;
    copy = *content;
    give_back_shared(content);
    return &copy;
}

bool message_send(const message_t *message)
{
    if (self->to_monitor_command != MAILBOX_IDLE)
        return false;
    message_t *const shared = take_shared();
    if (!shared)
        return false;
    *shared = *message;
    self->to_monitor = shared;
    self->to_monitor_command = MAILBOX_MESSAGE;
    const uint32_t status = lock(LOCK_MAILBOXES);
    const uint32_t flags = SV_MAILBOX_FLAGS;
    SV_MAILBOX_FLAGS = flags | 1u << virtual_core;
    if (flags == 0)
        SET_INTERRUPT = SYSTEM_CODE | 1u << SV_PHYSICAL_CORE(0);
    unlock(status, LOCK_MAILBOXES);
    return true;
}
