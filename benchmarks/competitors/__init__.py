"""Other tools for the same work, run in an environment of their own."""
