"""A day over an index on Spark: tasks read, fingerprint, judge and write, and the driver decides."""
