"""Tables in and out: sources read in chunks, columns as arrays, writers."""

from tabgan.data.cells import Cells
from tabgan.data.columns import from_cells, to_cells

__all__ = ["Cells", "from_cells", "to_cells"]
