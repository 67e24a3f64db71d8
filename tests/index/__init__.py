"""The index of earlier days, and the command that looks after it."""
