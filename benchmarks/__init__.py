"""Measurements: speed, memory, recall and accuracy; `README.md` lists them. Nothing here is a test."""
