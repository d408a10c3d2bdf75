"""Tables in and out: sources read in chunks, columns as arrays, writers."""

from tabgan.data.cells import Cells

__all__ = ["Cells"]
