"""Tables in and out: sources read in chunks, columns as arrays, writers."""

from tabgan.data.cells import Cells
from tabgan.data.columns import from_cells, to_cells
from tabgan.data.containers import to_container
from tabgan.data.sources import Source, open_source
from tabgan.data.writers import open_writer

__all__ = ["Cells", "Source", "from_cells", "open_source", "open_writer", "to_cells", "to_container"]
