/* What the processor does and C has no words for. */
    .syntax unified
    .arch armv5te
    .equ NO_INTERRUPTS, 0xc0

    .text
    .global sleep_until_interrupt
sleep_until_interrupt:
    mov r0, #0
    mcr p15, 0, r0, c7, c0, 4
    bx lr

    .global spin1_int_disable
spin1_int_disable:
    mrs r0, cpsr
    orr r1, r0, #NO_INTERRUPTS
    msr cpsr_c, r1
    bx lr

    .global spin1_mode_restore
spin1_mode_restore:
    msr cpsr_c, r0
    bx lr
