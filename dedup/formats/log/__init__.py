"""The removal log: written, read, and used to restore what went."""
