"""What is known and what is asked for: the orders trained, and requests checked against the schema."""
