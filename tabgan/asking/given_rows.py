"""What a fitted estimator makes of rows that it is given."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tabgan.asking.augmenting import augment
from tabgan.asking.completing import complete
from tabgan.asking.identifiers import NewIdentifiers
from tabgan.asking.patching import stacked
from tabgan.asking.questions import Questions, whole
from tabgan.asking.what_if import what_if


class GivenRows(Questions):
    """Completion, balance and what-if of given rows, beside the other questions."""

    def complete(
        self,
        X: Any,
        n_draws: int = 1,
        columns: Sequence[Hashable] | None = None,
        random_state: int | None = None,
    ) -> pd.DataFrame:
        """Rows with their gaps filled, each gap drawn given all that is known of its row.

        A given cell comes back exactly as it was, with its dtype where that can hold what is filled in, and the
        index stays. Columns of the model that X lacks are filled too, and stand last; columns that the model does
        not know are left alone. What is filled in is never missing, and no identifier is one of X.

        Parameters
        ----------
        X : rows.
        n_draws : how often each row is completed. Above 1 the draws stand one below the other, with an index level
            "draw" before those of X: their spread tells how sure a filled cell is.
        columns : what to draw anew, given or not; other missing cells then stay. None: all missing cells.
        random_state : same number, same cells; None: the estimator's, or new ones each time.

        Raises
        ------
        ConditionError
            There is no such column, or a given cell is not what its column can hold.
        """
        n_draws, seed = whole("n_draws", n_draws, 1), self._seed(random_state)
        columns = _names("columns", columns)
        chunks = list(self._chunks(X))
        names = NewIdentifiers(self.model_, chunks, seed)
        parts, draws = [], []
        for i, chunk in enumerate(chunks):
            parts.append(complete(self.model_, chunk, columns, n_draws, (seed, i), names))
            draws.append(np.repeat(np.arange(n_draws), len(chunk)))
        rows = parts[0] if len(parts) == 1 else stacked(parts)
        if n_draws == 1:
            return rows
        draw = np.concatenate(draws)
        levels: list[Any] = [
            draw,
            *(rows.index.get_level_values(level) for level in range(rows.index.nlevels)),
        ]
        rows.index = pd.MultiIndex.from_arrays(levels, names=["draw", *rows.index.names])
        return rows.iloc[np.argsort(draw, kind="stable")]

    def augment(
        self,
        X: Any,
        target: Hashable,
        to: str | Mapping[Any, float] = "balanced",
        *,
        indicator: str = "synthetic",
        random_state: int | None = None,
    ) -> pd.DataFrame:
        """The rows of X, then synthetic ones of the classes that have too few; no row is left out.

        Parameters
        ----------
        X : rows; the columns must be some of those fitted.
        target : the column of classes.
        to : "balanced" gives every class of X as many rows as the largest has; ``{">50K": 0.3}`` adds rows until
            these classes have these shares.
        indicator : name of a new last column, True for synthetic rows. It must not be there yet.
        random_state : same number, same rows; None: the estimator's, or new ones each time.

        Raises
        ------
        ConditionError
            A column is unknown or already there, the target has no levels, or shares cannot be reached by adding.
        """
        frame = pd.concat(list(self._chunks(X)))
        return augment(self.model_, frame, target, to, indicator, self._seed(random_state))

    def what_if(
        self,
        X: Any,
        set: Mapping[Hashable, Any],
        keep: Sequence[Hashable] = (),
        random_state: int | None = None,
    ) -> pd.DataFrame:
        """The same rows with something changed, and the columns that depend on it drawn again.

        Set and kept columns are known first; all others *depend* on them, each given these and those before it in
        the table, whatever the causes in the world may be. Each is drawn with the noise of its own row: the
        uniform that would have drawn what stands there (at random among them where several would) finds the same
        rank in the new distribution. So what the change does not touch stays as it was, a row that is not changed
        comes back unchanged, and identifiers and free text always stay.

        Parameters
        ----------
        X : rows with all columns of the model; `complete` fills what they lack.
        set : for each column that is changed a value, one for each row, or a function of the column:
            ``{"age": lambda age: age + 20, "job": "nurse"}``.
        keep : columns that stay as they are.
        random_state : same number, same rows; None: the estimator's, or new ones each time.

        Raises
        ------
        ConditionError
            A column is unknown, both set and kept, or set to what it cannot hold; or X lacks a cell.
        """
        if not isinstance(set, Mapping):
            raise ValueError(f"set must map columns to what they become, found {type(set).__name__}: {set!r}")
        frame = pd.concat(list(self._chunks(X)))
        source = np.random.default_rng(self._seed(random_state))
        return what_if(self.model_, frame, set, _names("keep", keep) or (), source)


def _names(what: str, names: Any) -> Sequence[Hashable] | None:
    """A list of columns; one name alone would be read letter by letter."""
    if isinstance(names, str):
        raise ValueError(f"{what} must be a list of columns, got {names!r}; write [{names!r}]")
    return names if names is None else list(names)
