"""Repeats that are accepted: what a check is not to fail for (``--baseline``)."""
