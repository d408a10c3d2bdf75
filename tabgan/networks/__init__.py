"""Generator, critic and losses: torch modules that know symbols, never columns or frames."""
