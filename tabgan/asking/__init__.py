"""What can be asked of a fitted model: rows under conditions, predictions, probabilities."""
