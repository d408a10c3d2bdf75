"""What a fitted estimator can be asked."""

from __future__ import annotations

import math
import secrets
from collections.abc import Hashable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from tabgan.asking import mass
from tabgan.asking.balancing import draw_balanced, read_balance
from tabgan.asking.pool import Pool
from tabgan.asking.prediction import predict, predict_proba
from tabgan.asking.realness import realness
from tabgan.asking.sampling import empty_frame, sample_frames
from tabgan.asking.scores import log_prob, surprise
from tabgan.asking.ways import plan_rows, ready
from tabgan.conditioning.condition import read_condition
from tabgan.data import open_source, to_container
from tabgan.model import FittedModel

Where = Any  # a mapping of columns to requests, or a table of known cells


class Questions:
    """The questions that `tabgan.TabGAN` answers once it is fitted."""

    model_: FittedModel
    random_state: int | None

    def sample(
        self,
        n: int | None = None,
        where: Where = None,
        random_state: int | None = None,
        *,
        balance: Hashable | Mapping[Hashable, Mapping[Any, float]] = None,
        temperature: float = 1.0,
        dry_run: bool = False,
    ) -> Any:
        """Exactly n new rows, in the container that was fitted.

        Parameters
        ----------
        n : how many; when None as many as were fitted, or as ``where`` has rows.
        where : what is asked of any columns; the others are drawn given them. A mapping of columns to a value, a
            list of values, a `pandas.Interval` or `tabgan.between`, None, NaN or NaT for a missing value, or
            `tabgan.PRESENT` for any other: ``{"income": [">50K"], "age": between(30, 40)}``. Or a table of some
            columns: row i of the sample has the cells of its row i, missing ones too.
        random_state : same number, same rows; None: the estimator's, or new ones each time.
        balance : a column whose levels get equal shares, none missing; or the shares of some of its levels,
            ``{"income": {">50K": 0.3}}``, what remains in the model's proportions. ``where`` then maps other columns.
        temperature : divides the logits of all that is drawn: below 1 more typical rows, above 1 odder ones.
        dry_run : draw nothing; tell the mass of the condition as a `tabgan.asking.mass.DryRun`.

        Raises
        ------
        ConditionError
            ``where`` names an unknown column, asks for what was not seen, or has too little mass; the message
            names the condition, its mass and what would have mass.
        """
        if balance is not None:
            if dry_run:
                raise ValueError("balance has no mass to tell; give dry_run without it")
            rows = self._balanced(n, where, random_state, balance, temperature)
            return to_container(rows, self.model_.encoder.schema)
        pool = self._pool(where, temperature)
        n = self._n_rows(n, where, pool)
        if dry_run:
            per_row = where is not None and not isinstance(where, Mapping)
            return mass.dry_run(self.model_, pool, n, per_row=per_row)
        pool = ready(self.model_, pool)
        frames = list(sample_frames(self.model_, pool, n, max(n, 1), self._seed(random_state)))
        frame = frames[0] if frames else empty_frame(self.model_)
        return to_container(frame, self.model_.encoder.schema)

    def _balanced(
        self,
        n: int | None,
        where: Where,
        random_state: int | None,
        balance: Any,
        temperature: float,
    ) -> pd.DataFrame:
        check_is_fitted(self, "model_")
        check_temperature(temperature)
        if not (where is None or isinstance(where, Mapping)):
            raise ValueError(
                f"balance goes with a where that maps columns; found where of type {type(where).__name__}"
            )
        n = whole("n", self.model_.n_rows if n is None else n, 0)
        asked = read_balance(self.model_, balance, where or {})
        return draw_balanced(self.model_, where or {}, asked, n, float(temperature), self._seed(random_state))

    def sample_iter(
        self,
        n: int,
        batch_size: int = 65_536,
        where: Where = None,
        random_state: int | None = None,
        *,
        balance: Hashable | Mapping[Hashable, Mapping[Any, float]] = None,
        temperature: float = 1.0,
    ) -> Iterator[pd.DataFrame]:
        """The rows of `sample`, in frames of ``batch_size``: memory does not grow with n, but for ``balance``."""
        if balance is not None:
            batch_size = whole("batch_size", batch_size, 1)
            rows = self._balanced(n, where, random_state, balance, temperature)
            starts = range(0, len(rows), batch_size)
            return (rows.iloc[start : start + batch_size].reset_index(drop=True) for start in starts)
        pool = self._pool(where, temperature)
        pool = ready(self.model_, pool)
        n, batch_size = self._n_rows(n, where, pool), whole("batch_size", batch_size, 1)
        return sample_frames(self.model_, pool, n, batch_size, self._seed(random_state))

    def predict_proba(self, X: Any, column: Hashable) -> pd.DataFrame:
        """Probability of what a column may be in each row, given the other cells of the row.

        Parameters
        ----------
        X : rows; columns that it lacks, and cells that are missing where none was missing in fit, are hidden. The
            column itself, if it is there, is not read.
        column : of any kind but identifiers and free text.

        Returns
        -------
        One column for each level, or each single value of a number. Continuous numbers have one for each mode,
        named by the `pandas.Interval` of its values (of which those with a column of their own are not counted),
        datetimes with a time of day for each mode of their day, in UTC where they have a zone. NaN is missing,
        where values were missing in fit. Rows sum to 1.
        """
        return pd.concat([predict_proba(self.model_, chunk, column) for chunk in self._chunks(X)])

    def predict(self, X: Any, column: Hashable, quantile: float = 0.5) -> pd.Series[Any]:
        """The likeliest level of a category, the median of a number or time, given the other cells of each row.

        ``quantile`` asks for another quantile of numbers and times: 0.05 and 0.95 bound 90 % of the mass. The
        answer is a value, never missing; X and column are as in `predict_proba`.
        """
        if not 0 <= quantile <= 1:
            raise ValueError(f"quantile must be between 0 and 1, got {quantile!r}")
        answers = [predict(self.model_, chunk, column, quantile) for chunk in self._chunks(X)]
        return answers[0] if len(answers) == 1 else pd.concat(answers)

    def log_prob(self, X: Any, given: Sequence[Hashable] = (), *, per_column: bool = False) -> Any:
        """Exact log-probability of each row in nats, shape (n,); of the other columns given some, with ``given``.

        Numbers on a grid (integers, cents, days) count as the probability of the grid value, continuous ones as
        density per unit; a value that repeats another column's counts as a mass. That drawn rows keep sums to the
        last digit is not counted. Identifiers and free text count only for being missing or not.

        ``per_column`` gives a frame instead: each cell given those before it; its rows sum to the log-probability.
        `surprise` tells which cell is odd.
        """
        if isinstance(given, str):
            raise ValueError(f"given must be a list of columns, got {given!r}; write [{given!r}]")
        chunks = list(self._chunks(X))
        cells = np.concatenate([log_prob(self.model_, chunk, given) for chunk in chunks])
        if not per_column:
            return np.asarray(cells.sum(axis=1))
        frame = pd.DataFrame(cells, index=pd.concat([chunk.iloc[:, :0] for chunk in chunks]).index)
        return frame.set_axis(self.model_.encoder.names(), axis=1)

    def surprise(self, X: Any) -> pd.DataFrame:
        """How odd each cell is given all other cells of its row, in nats: minus its log-probability, (n, C).

        Cells count as in `log_prob`: compare a column's cells with each other, not with those of other columns.
        """
        return pd.concat([surprise(self.model_, chunk) for chunk in self._chunks(X)])

    def realness(self, X: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
        """How real each row looks to the critic of the training, (n,): higher is more real, lower is odder.

        It needs ``keep_critic=True`` and an objective with a critic at fit. The critic learnt at the end to tell
        real rows from generated ones, and from rows with cells of other rows: the score finds cells that do not go
        together, and compares rows within one model only. A critic knows its training rows and scores them
        higher than rows like them: who has such a model can ask which rows it was trained on.

        Raises
        ------
        NoCriticError
            The critic was not kept.
        """
        parts = [realness(self.model_, chunk) for chunk in self._chunks(X)]
        return np.concatenate(parts)

    def _chunks(self, X: Any) -> Iterator[pd.DataFrame]:
        """The rows of a table in frames; one without rows or columns is a frame too."""
        check_is_fitted(self, "model_")
        if isinstance(X, pd.DataFrame) and 0 in X.shape:
            yield X
        else:
            source = open_source(X)
            chunks = iter(source.chunks())
            yield next(chunks, pd.DataFrame(columns=list(source.names)))
            yield from chunks

    def _pool(self, where: Where, temperature: float) -> Pool:
        check_is_fitted(self, "model_")
        check_temperature(temperature)
        if where is not None and not isinstance(where, Mapping | pd.DataFrame) and is_table(where):
            where = pd.concat(list(self._chunks(where)))
        return plan_rows(self.model_, read_condition(where, self.model_.encoder), float(temperature))

    def _n_rows(self, n: int | None, where: Where, pool: Pool) -> int:
        """How many rows: as many as asked for, as given row by row, or as fitted."""
        if where is None or isinstance(where, Mapping):
            return whole("n", self.model_.n_rows if n is None else n, 0)
        per_row = len(pool.condition.known.codes)
        if n is not None and whole("n", n, 0) != per_row:
            raise ValueError(f"n must be the number of rows of where, {per_row}, or None, got {n}")
        return per_row

    def _seed(self, random_state: int | None) -> int:
        return seed_of(self.random_state if random_state is None else random_state)


def check_temperature(temperature: Any) -> None:
    """Refuse what is no number above 0."""
    number = isinstance(temperature, Real) and not isinstance(temperature, bool)
    if not number or not 0 < temperature < math.inf:
        raise ValueError(f"temperature must be a number above 0, got {temperature!r}")


def is_table(value: Any) -> bool:
    """Whether a value is an Arrow table, or anything with the Arrow C stream interface."""
    return hasattr(value, "__arrow_c_stream__")


def seed_of(random_state: Any) -> int:
    """A seed: the number given, or a new one."""
    if random_state is None:
        return secrets.randbits(63)
    return whole("random_state", random_state, 0) % 2**63


def whole(name: str, value: Any, at_least: int) -> int:
    """A whole number, checked.

    Raises
    ------
    ValueError
        It is none, or too small.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < at_least:
        raise ValueError(f"{name} must be a whole number from {at_least} up, got {value!r}")
    return int(value)
