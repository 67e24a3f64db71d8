"""Resolution within one document."""
