"""Tables in and out: sources read in chunks, columns as arrays, writers."""

from tabgan.data.cells import Cells
from tabgan.data.converting import to_cells
from tabgan.data.restoring import from_cells

__all__ = ["Cells", "from_cells", "to_cells"]
