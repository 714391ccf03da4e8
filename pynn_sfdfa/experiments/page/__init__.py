"""Pages to look at runs in a browser: one file of HTML each, which holds all that it shows."""
