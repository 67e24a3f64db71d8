"""Tests of `candidates`."""
