"""Fingerprints of paragraphs: digests, MinHash signatures, bands."""
