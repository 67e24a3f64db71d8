"""Removal of paragraphs in the second pass; used by both engines."""
