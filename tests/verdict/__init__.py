"""Tests of `verdict`."""
