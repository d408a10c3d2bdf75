"""What the columns of a table are: their kinds, inferred from data, printed, written and read as JSON."""

from tabgan.schema.inference import TableSummary, infer_schema
from tabgan.schema.kinds import Column, Kind
from tabgan.schema.personal import looks_personal
from tabgan.schema.schema import Schema

__all__ = ["Column", "Kind", "Schema", "TableSummary", "infer_schema", "looks_personal"]
