"""One figure of the report, and what it needs to be read rightly: its floor, its interval, its rows."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Direction = Literal["low", "high", "near"]  # what is good: small, large, or near to `best`

NAMES = (  # of every score there is, in the order of the report
    "shape",
    "trend",
    "trend_published",
    "wnmis",
    "levels_covered",
    "modes_covered",
    "combinations_covered",
    "strange_values",
    "alpha_precision",
    "beta_recall",
    "c2st",
    "c2st_auc",
    "c2st_xgb",  # where xgboost is installed
    "c2st_unseen",  # with a hold-out
    "tstr",
    "tstr_gap",
    "augmentation",
    "importance_agreement",
    "exact_copies",
    "copied_cells",
    "copied_cells_excess",
    "dcr_share",
    "nndr",
    "quantile_dcr_2",
    "quantile_dcr_5",
    "mia_auc",
    "mia_tpr",
    "mia_exposed_auc",
    "singling_out",
    "attribute_inference",
)


@dataclass(frozen=True, kw_only=True)
class Score:
    """One figure of the report.

    Attributes
    ----------
    label : its name for people.
    value : the figure; None when it could not be judged (then `note` says why).
    better : whether low or high values are good, or those near to `best`.
    best : the best value there is.
    unit : "%" or "".
    floor : what a fresh sample of real rows of the same size gets; None when unknown.
    low, high : bounds of the 95 % interval; None when there is none.
    n_rows : rows judged of each side, after any sub-sampling.
    note : one line for people: what it means, or why there is no value.
    """

    label: str
    value: float | None
    better: Direction
    best: float
    unit: Literal["%", ""] = ""
    floor: float | None = None
    low: float | None = None
    high: float | None = None
    n_rows: int = 0
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        """Plain data: text, numbers and None only; a figure that is not finite is None."""
        return {key: plain(value) for key, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one part of the report found.

    Attributes
    ----------
    scores : by name; names are unique over the whole report, since gates ask for them.
    details : plain data for tables and plots.
    notes : what the reader must know of how it was judged: sub-sampling, what was left out.
    """

    scores: dict[str, Score]
    details: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def join_sections(sections: Sequence[Section]) -> Section:
    """One section of several, in their order."""
    scores: dict[str, Score] = {}
    details: dict[str, Any] = {}
    for section in sections:
        scores |= section.scores
        details |= section.details
    return Section(scores=scores, details=details, notes=tuple(n for s in sections for n in s.notes))


def plain(value: Any) -> Any:
    """The same as plain Python data: no NumPy scalars, None where a number is not finite."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
