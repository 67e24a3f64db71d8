"""Reports of a run, one module for each format; what is in them is collected by `dedup.report.findings`."""
