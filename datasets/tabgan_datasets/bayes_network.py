"""A discrete Bayesian network whose joint distribution is small enough to enumerate: every truth is exact."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAX_CELLS = 1_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One column.

    `levels` are its values; `parents` come earlier in the network; `table` has shape
    (levels of parent 1, ..., levels of the last parent, own levels) and sums to 1 over the last axis.
    """

    name: str
    levels: tuple[str, ...]
    parents: tuple[str, ...] = ()
    table: Floats


@dataclass(frozen=True, eq=False)
class BayesNetwork:
    """Columns in an order in which parents come first."""

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Check parents, shapes and sums of the tables, and the size of the joint."""
        sizes: dict[str, int] = {}
        for node in self.nodes:
            if unknown := [name for name in node.parents if name not in sizes]:
                raise ValueError(f"node {node.name!r}: parents must come earlier; found {unknown}")
            shape = (*(sizes[name] for name in node.parents), len(node.levels))
            if node.table.shape != shape:
                raise ValueError(
                    f"node {node.name!r}: table must have shape {shape}; found {node.table.shape}"
                )
            if not np.allclose(node.table.sum(axis=-1), 1) or (node.table < 0).any():
                raise ValueError(f"node {node.name!r}: each row of the table must be a distribution")
            sizes[node.name] = len(node.levels)
        if np.prod(list(sizes.values())) > MAX_CELLS:
            raise ValueError(f"the joint must have at most {MAX_CELLS:,} cells to be enumerated")

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [node.name for node in self.nodes]

    @cached_property
    def joint(self) -> Floats:
        """Probability of every row, shape (levels of column 1, ..., levels of the last column)."""
        result = np.ones(())
        for k, node in enumerate(self.nodes):
            axes = [self.names.index(name) for name in node.parents]
            shape = [len(other.levels) if i in axes else 1 for i, other in enumerate(self.nodes[:k])]
            table = np.transpose(node.table, (*np.argsort(axes), len(axes)))
            result = result[..., None] * table.reshape(*shape, len(node.levels))
        return result

    def sample(self, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Draw rows as a frame of strings."""
        cells = rng.choice(self.joint.size, n_rows, p=self.joint.ravel())
        codes = np.unravel_index(cells, self.joint.shape)
        return pd.DataFrame(
            {
                node.name: np.array(node.levels, dtype=object)[c]
                for node, c in zip(self.nodes, codes, strict=True)
            }
        )

    def log_likelihood(self, frame: pd.DataFrame) -> Floats:
        """Exact log-probability of each row, in nats, shape (n,); -inf for rows that cannot be."""
        codes = tuple(self._codes(frame[node.name], node) for node in self.nodes)
        with np.errstate(divide="ignore"):
            return np.log(self.joint[codes])

    def entropy(self) -> float:
        """Entropy of a row in nats: no model can have a greater expected log-likelihood than minus this."""
        p = self.joint[self.joint > 0]
        return float(-(p * np.log(p)).sum())

    def marginal(self, columns: Sequence[str]) -> Floats:
        """Distribution of some columns, shape (levels of columns[0], levels of columns[1], ...)."""
        return self.conditional({}, columns)

    def conditional(self, given: Mapping[str, str], columns: Sequence[str]) -> Floats:
        """Distribution of `columns` where the columns in `given` have the values given.

        Returns
        -------
        Shape (levels of columns[0], levels of columns[1], ...), sums to 1.

        Raises
        ------
        ValueError
            For an unknown column or value, a column asked for that is given, or a condition of
            probability 0.
        """
        if both := set(given) & set(columns):
            raise ValueError(f"columns must not be given ones; found {sorted(both)}")
        at = [self._place(name) for name in columns]
        index: list[int | slice] = [slice(None)] * len(self.nodes)
        for name, value in given.items():
            k = self._place(name)
            index[k] = self._level(self.nodes[k], value)
        # Known axes are gone from the slice: number those that are left.
        left = [k for k in range(len(self.nodes)) if isinstance(index[k], slice)]
        part = self.joint[tuple(index)]
        total = part.sum()
        if total <= 0:
            raise ValueError(f"the condition {dict(given)} has probability 0")
        part = part.sum(axis=tuple(i for i, k in enumerate(left) if k not in at))
        order = np.argsort(np.argsort(at))  # kept axes are in the network's order, asked for in another
        return np.asarray(np.transpose(part, order) / total)

    def within(self, allowed: Mapping[str, Collection[str]], columns: Sequence[str]) -> Floats:
        """Distribution of `columns` where the columns in `allowed` have one of the values allowed.

        A column may be in both. The shape is as that of `conditional`; the sum is the probability of the condition.
        """
        part = self.joint
        for name, values in allowed.items():
            k = self._place(name)
            levels = {self._level(self.nodes[k], value) for value in values}
            flags = [float(level in levels) for level in range(len(self.nodes[k].levels))]
            part = part * np.reshape(flags, [-1 if i == k else 1 for i in range(len(self.nodes))])
        at = [self._place(name) for name in columns]
        part = part.sum(axis=tuple(k for k in range(len(self.nodes)) if k not in at))
        return np.asarray(np.transpose(part, np.argsort(np.argsort(at))))

    def frequencies(self, frame: pd.DataFrame, columns: Sequence[str]) -> Floats:
        """Relative frequencies of the rows of a frame, in the shape that `marginal` has."""
        nodes = [self.nodes[self._place(name)] for name in columns]
        shape = tuple(len(node.levels) for node in nodes)
        cells = np.ravel_multi_index(tuple(self._codes(frame[node.name], node) for node in nodes), shape)
        return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape) / len(frame)

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise ValueError(f"no column named {name!r}; the network has {self.names}")
        return self.names.index(name)

    def _level(self, node: Node, value: str) -> int:
        if value not in node.levels:
            raise ValueError(f"column {node.name!r}: no level {value!r}; choose one of {node.levels}")
        return node.levels.index(value)

    def _codes(self, column: pd.Series, node: Node) -> NDArray[np.int64]:
        codes = pd.Index(node.levels).get_indexer(pd.Index(column.astype(object)))
        if (codes < 0).any():
            self._level(node, column.iloc[int(np.argmax(codes < 0))])
        return np.asarray(codes, dtype=np.int64)


CLINIC: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("season", ("winter", "spring", "summer", "autumn"), ()),
    ("age", ("child", "young", "middle", "old", "very old"), ()),
    ("smoker", ("no", "yes"), ("age",)),
    ("air", ("good", "fair", "bad"), ("season",)),
    ("illness", ("none", "cold", "flu", "asthma"), ("season", "smoker", "air")),
    ("cough", ("no", "dry", "wet"), ("illness", "smoker")),
    ("test", ("negative", "positive"), ("illness",)),
    ("treatment", ("none", "rest", "drug"), ("age", "cough", "test")),
)


def clinic_network(seed: int = 7, *, sharpness: float = 0.5, floor: float = 0.04) -> BayesNetwork:
    """Eight columns of two to five levels with strong links (8,640 possible rows).

    Parameters
    ----------
    seed
        Of the tables: another seed, another network of the same shape.
    sharpness
        Parameter of the Dirichlet that draws each row of a table; smaller, nearer to one level.
    floor
        Share of the uniform distribution mixed in, so that no condition has probability 0.
    """
    rng = np.random.default_rng(seed)
    sizes = {name: len(levels) for name, levels, _ in CLINIC}
    nodes = []
    for name, levels, parents in CLINIC:
        weight = sharpness if parents else 4.0  # roots near uniform: every condition has rows
        draws = rng.dirichlet(np.full(len(levels), weight), size=[sizes[parent] for parent in parents])
        table = (1 - floor) * draws + floor / len(levels)
        nodes.append(Node(name=name, levels=levels, parents=parents, table=table))
    return BayesNetwork(tuple(nodes))
