"""The native kernels, where they were built; what they compute is specified by the Python that does without them."""
