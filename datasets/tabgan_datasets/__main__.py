"""Write the bundled loans again: `python -m tabgan_datasets FILE.csv`."""

import sys

from tabgan_datasets.loans import write_loans

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tabgan_datasets FILE.csv")
    write_loans(sys.argv[1])
