"""Tests of `fingerprint`."""
