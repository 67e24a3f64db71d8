"""The library: texts, records or tables in, typed results out."""
