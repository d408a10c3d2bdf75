"""Tables to fit and to judge with: a registry, a loader, and simulators whose truth is known.

The package is named `tabgan_datasets` and lies inside the folder `datasets/`, which has no
`__init__.py`: the public package named `datasets` stays importable beside it.
"""

from tabgan_datasets.bayes_network import BayesNetwork, Node, clinic_network
from tabgan_datasets.gaussians import Gaussians, ModeCoverage, grid, ring
from tabgan_datasets.loader import TableNotFoundError, load_table, read_csv
from tabgan_datasets.loans import rating_of, simulate_loans
from tabgan_datasets.registry import TABLES, Table, find_table

__all__ = [
    "TABLES",
    "BayesNetwork",
    "Gaussians",
    "ModeCoverage",
    "Node",
    "Table",
    "TableNotFoundError",
    "clinic_network",
    "find_table",
    "grid",
    "load_table",
    "rating_of",
    "read_csv",
    "ring",
    "simulate_loans",
]
