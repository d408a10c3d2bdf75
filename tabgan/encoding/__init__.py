"""Columns to codes and back: one file per kind of column; offsets live in layout.py only."""
