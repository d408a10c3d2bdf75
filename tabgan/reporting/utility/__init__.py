"""What a model learns from synthetic rows."""
