"""What of the real table never appears, and what should not be there."""
