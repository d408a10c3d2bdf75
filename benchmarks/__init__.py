"""Fit tables, judge the rows, write the figures down: `python -m benchmarks`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if (folder := str(ROOT / "datasets")) not in sys.path:
    sys.path.append(folder)  # the package tabgan_datasets lies there
