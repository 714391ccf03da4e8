"""Many runs: what they are, how they are executed side by side, and what is read back from their folders."""
