"""Whether a classifier can tell synthetic rows from real ones."""
