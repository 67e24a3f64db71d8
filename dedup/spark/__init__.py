"""Cleaning on Apache Spark, as functions on DataFrames; needs ``pip install 'paradedup[spark]'``."""

from dedup.spark.notebook import Cleaned, clean

__all__ = ["Cleaned", "clean"]
