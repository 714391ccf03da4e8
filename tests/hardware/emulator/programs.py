"""Pieces of the programs that tests run on an emulated core."""

SLEEP = """
1:      sleep
        b       1b
        .ltorg
"""


def timer_to_tick(base, value):
    """Let timer 1 interrupt through slot 0, whose handler is called tick; two registers are overwritten."""
    return f"""
        ldr     {base}, =0x1f000000
        adr     {value}, tick
        str     {value}, [{base}, #0x100]
        mov     {value}, #0x24
        str     {value}, [{base}, #0x200]
        mov     {value}, #0x10
        str     {value}, [{base}, #0x10]
"""
