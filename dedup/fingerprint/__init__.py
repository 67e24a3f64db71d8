"""Fingerprints of paragraphs: tokens in UTF-8, digests, MinHash signatures, bands."""
