"""Cleaning on Apache Spark, as functions on DataFrames; needs ``pip install 'paradedup[spark]'``."""
