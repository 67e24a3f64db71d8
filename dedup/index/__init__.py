"""A persistent index of what earlier runs have seen: immutable segments of columns, and a manifest that names them."""
