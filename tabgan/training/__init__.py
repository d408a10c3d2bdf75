"""Training: codes in, weights out. Knows tensors and layouts, never frames."""
