"""Networks described without a simulator, and wired on one."""
