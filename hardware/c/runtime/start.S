/* Exception vectors at 0, and what runs before C. The loader passes the application's number in r0, and 256 if the core
 * is to wait for a start signal. */
    .syntax unified
    .arch armv5te
    .section .vectors, "ax"
    .global _start
_start:
    ldr pc, =reset
    ldr pc, =undefined
    ldr pc, =software_interrupt
    ldr pc, =prefetch_abort
    ldr pc, =data_abort
    b .
    ldr pc, =irq_handler
    ldr pc, =fiq_handler
    .ltorg

    .text
    .equ NO_INTERRUPTS, 0xc0
reset:
    msr cpsr_c, #NO_INTERRUPTS | 0x12 /* IRQ */
    ldr sp, =irq_stack_top
    msr cpsr_c, #NO_INTERRUPTS | 0x11 /* FIQ */
    ldr sp, =fiq_stack_top
    msr cpsr_c, #NO_INTERRUPTS | 0x13 /* SVC, where faults are reported */
    ldr sp, =fault_stack_top
    msr cpsr_c, #NO_INTERRUPTS | 0x1f /* SYS */
    ldr sp, =stack_top
    bl begin
    b .

undefined:
    mov r0, #2
    b fault
software_interrupt:
    mov r0, #3
    b fault
prefetch_abort:
    mov r0, #4
    b fault
data_abort:
    mov r0, #5
fault:
    mov r1, lr
    msr cpsr_c, #NO_INTERRUPTS | 0x13
    b fault_at
