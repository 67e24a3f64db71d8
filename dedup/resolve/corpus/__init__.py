"""Scope ``corpus``: the kernels that compare every paragraph with every article of a run. Arrays in, arrays out."""
