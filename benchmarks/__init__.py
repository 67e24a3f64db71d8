"""Measurements: speed (`run.py`) and accuracy (`accuracy.py`). Nothing here is a test."""
