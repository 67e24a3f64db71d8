"""Tests of `promises`."""
