"""The stages between the passes, on DataFrames, around the kernels that the engine on one machine uses."""
