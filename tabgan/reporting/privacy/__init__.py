"""Copies, nearness and attacks, beside rows that were never seen."""
