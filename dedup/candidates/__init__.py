"""Candidate pairs: which paragraphs are worth comparing."""
