"""The report on coverage: what of the real table never appears, and what should not be there.

Floors of levels, combinations and strange values: each real row as a fresh row to the others. Floor of modes:
fresh rows against the modes of real rows (`Tables.floor_pair`). Intervals: the delete-a-group jackknife over
the synthetic rows (another sample of the same generator, against the same real table); for combinations, of
which parts of both may be judged, over the real rows too.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tabgan.reporting.columns import as_numbers, shared_codes
from tabgan.reporting.coverage.combinations import Absent, find_combinations
from tabgan.reporting.coverage.modes import Modes, find_modes, number_of_modes
from tabgan.reporting.coverage.presence import chance_of_presence
from tabgan.reporting.coverage.strange import strange_among_real, strange_cells
from tabgan.reporting.fidelity.coding import CodedFrames, code_frames, quantile_bins
from tabgan.reporting.fidelity.compared import MAX_ROWS, part_of
from tabgan.reporting.fidelity.jackknife import interval, means_without, row_groups
from tabgan.reporting.fidelity.joint_counts import pairs_of
from tabgan.reporting.labels import MISSING, Scale, level_text, scale_of
from tabgan.reporting.score import Score, Section
from tabgan.reporting.tables import Tables

Floats = NDArray[np.float64]
Groups = NDArray[np.int64]
Found = tuple[
    float, float, list[Floats]
]  # shares covered, covered by fresh rows, without the groups of each sample
MAX_EXAMPLES = 5
MIN_NAMED = 5  # real rows that hold a level or a mode whose name is told: one row's own value is not
MAX_LISTED = 100  # columns in a table of the report


def judge_coverage(tables: Tables) -> Section:
    """Judge coverage: scores `levels_covered`, `modes_covered`, `combinations_covered`, `strange_values`."""
    groups = row_groups(len(tables.synthetic), tables.rng("coverage"))
    levels, missing_levels = _judge_levels(tables, groups)
    modes, missing_modes = _judge_modes(tables, groups)
    combinations, absent, notes = _judge_combinations(tables)
    strange, strange_columns = _judge_strange(tables, groups)
    return Section(
        scores={
            "levels_covered": levels,
            "modes_covered": modes,
            "combinations_covered": combinations,
            "strange_values": strange,
        },
        details={
            "coverage": {
                "levels": sorted(missing_levels, key=lambda entry: -entry["mass"])[:MAX_LISTED],
                "modes": sorted(missing_modes, key=lambda entry: -entry["mass"])[:MAX_LISTED],
                "combinations": absent,
                "strange": sorted(strange_columns, key=lambda entry: -entry["share"])[:MAX_LISTED],
            }
        },
        notes=notes,
    )


def _judge_levels(tables: Tables, groups: Groups) -> tuple[Score, list[dict[str, Any]]]:
    """The share of real rows in levels that appear, mean over the columns of levels."""
    about = _Words("Levels covered", "share of real rows in levels that appear, mean over columns")
    if not tables.categorical:
        return about.unknown("there is no column of levels"), []
    n_real, n_synthetic = len(tables.real), len(tables.synthetic)
    found: list[Found] = []
    entries = []
    for name in tables.categorical:
        values, counts, by_group = _level_counts(tables.real[name], tables.synthetic[name], groups)
        held, shares = by_group.sum(axis=0) > 0, counts / n_real
        without = (by_group.sum(axis=0) - by_group > 0) @ shares
        floor = float(shares @ chance_of_presence(counts, n_real, n_synthetic))
        found.append((float(shares[held].sum()), floor, [without]))
        if not held.all():
            order = np.argsort(-counts, kind="stable")
            named = [k for k in order if not held[k] and counts[k] >= MIN_NAMED][:MAX_EXAMPLES]
            entries.append(
                {
                    "column": str(name),
                    "n_levels": len(values),
                    "n_missing": int((~held).sum()),
                    "mass": float(shares[~held].sum()),
                    "examples": [level_text(values[k]) for k in named],
                }
            )
    return about.covered(found, min(n_real, n_synthetic)), entries


def _level_counts(
    real: pd.Series, synthetic: pd.Series, groups: Groups
) -> tuple[Any, NDArray[np.int64], NDArray[np.int64]]:
    """Levels of the real column, its rows by level, and the synthetic rows by group and level."""
    (codes, others), n_levels = shared_codes(real, synthetic)
    present, first, counts = np.unique(codes, return_index=True, return_counts=True)
    place_of = np.full(n_levels, -1, dtype=np.int64)
    place_of[present] = np.arange(len(present))
    place = place_of[others]
    values = real.astype(object).to_numpy()[first]
    known, n_groups = place >= 0, int(groups.max()) + 1
    entries = groups[known] * len(values) + place[known]
    by_group = np.bincount(entries, minlength=n_groups * len(values)).reshape(n_groups, len(values))
    return values, counts, by_group


def _judge_modes(tables: Tables, groups: Groups) -> tuple[Score, list[dict[str, Any]]]:
    """The share of real rows in modes that appear, mean over the numeric columns."""
    about = _Words("Modes covered", "share of real rows in modes of numbers that appear, mean over columns")
    if not tables.numeric:
        return about.unknown("there is no column of numbers"), []
    n_real, n_synthetic = len(tables.real), len(tables.synthetic)
    reference, fresh = tables.floor_pair()
    found: list[Found] = []
    entries = []
    for name in tables.numeric:
        scale = scale_of(tables, name)
        modes = find_modes(_on_grid(tables.real[name], scale), number_of_modes(n_real, n_synthetic))
        held, without = _modes_held(modes, _on_grid(tables.synthetic[name], scale), groups)
        others = find_modes(_on_grid(reference[name], scale), number_of_modes(len(reference), len(fresh)))
        one_group = np.zeros(len(fresh), dtype=np.int64)
        floor, _ = _modes_held(others, _on_grid(fresh[name], scale), one_group)
        mass = max(1, int(modes.counts.sum()))
        found.append(
            (
                float(modes.counts @ held) / mass,
                _share(others.counts, floor),
                [(without @ modes.counts) / mass],
            )
        )
        if not held.all():
            entries.append({"column": str(name), **_missing_modes(modes, held, scale)})
    return about.covered(found, min(n_real, n_synthetic)), entries


def _share(counts: NDArray[np.int64], held: NDArray[np.bool_]) -> float:
    return float(counts @ held) / max(1, int(counts.sum()))


def _modes_held(modes: Modes, values: Floats, groups: Groups) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which modes a sample holds, shape (modes,), and without each of its groups, shape (groups, modes)."""
    n_modes, n_groups = len(modes.counts) + 1, int(groups.max()) + 1
    entries = groups * n_modes + modes.codes(values)
    counts = np.bincount(entries, minlength=n_groups * n_modes).reshape(n_groups, n_modes)[:, :-1]
    sizes = np.bincount(groups)[:, None]
    total = counts.sum(axis=0)
    return modes.held(total, len(values)), modes.held(total - counts, len(values) - sizes)


def _missing_modes(modes: Modes, held: NDArray[np.bool_], scale: Scale) -> dict[str, Any]:
    names = [MISSING, *(scale.text(float(point)) for point in modes.points)]
    names += [scale.between(float(a), float(b)) for a, b in zip(modes.lows, modes.highs, strict=True)]
    absent = [k for k in np.argsort(-modes.counts, kind="stable") if not held[k]]
    return {
        "n_modes": int((modes.counts > 0).sum()),
        "n_missing": len(absent),
        "mass": float(modes.counts[absent].sum() / modes.n_rows),
        "examples": [names[k] for k in absent if modes.counts[k] >= MIN_NAMED][:MAX_EXAMPLES],
    }


def _on_grid(column: pd.Series, scale: Scale) -> Floats:
    """Numbers with the column's digits exactly, so that equal ones are equal whatever their dtype."""
    values = as_numbers(column)
    if scale.decimals is None:
        return values
    return np.where(scale.on_grid(values), np.round(values, scale.decimals), values)


def _judge_combinations(tables: Tables) -> tuple[Score, dict[str, Any], tuple[str, ...]]:
    about = _Words(
        "Combinations covered",
        "share of real rows in combinations of two columns' levels or bins that appear",
    )
    nothing: dict[str, Any] = {"judged": 0, "covered_mass": None, "floor": None, "examples": []}
    if tables.real.shape[1] < 2:
        return about.unknown("there is one column only"), nothing, ()
    rng = tables.rng("combinations")
    frames = [part_of(frame, MAX_ROWS, rng) for frame in (tables.real, tables.synthetic)]
    groups = [row_groups(len(frame), rng) for frame in frames]
    coded = code_frames(frames, set(tables.numeric), quantile_bins, groups)
    found = find_combinations(coded, pairs_of(coded.is_number))
    if found is None:
        return about.unknown("no combination is frequent enough to be judged"), nothing, ()
    n_rows = min(len(frame) for frame in frames)
    details = {
        "judged": found.judged,
        "covered_mass": found.covered,
        "floor": found.expected,
        "examples": [_absent(tables, frames[0], coded, entry) for entry in found.absent],
    }
    cut = len(frames[0]) < len(tables.real) or len(frames[1]) < len(tables.synthetic)
    judged = " and ".join(f"{len(f):,} {side}" for f, side in zip(frames, ("real", "synthetic"), strict=True))
    note = f"Combinations of levels were judged on {judged} rows, drawn at random."
    score = about.covered([(found.covered, found.expected, found.without)], n_rows, found.variance)
    return score, details, (note,) if cut else ()


def _absent(tables: Tables, real: pd.DataFrame, coded: CodedFrames, absent: Absent) -> dict[str, Any]:
    sides = ((absent.first, absent.first_level), (absent.second, absent.second_level))
    values = []
    for k, level in sides:
        cells = real.iloc[:, k][coded.of_frame(k, 0) == level]
        if coded.is_number[k] and level:
            held = as_numbers(cells)
            values.append(scale_of(tables, real.columns[k]).between(float(held.min()), float(held.max())))
        else:
            values.append(level_text(cells.iloc[0]) if level else MISSING)
    return {
        "columns": [str(real.columns[k]) for k, _ in sides],
        "values": values,
        "real_share": absent.n_real / len(real),
    }


def _judge_strange(tables: Tables, groups: Groups) -> tuple[Score, list[dict[str, Any]]]:
    """The share of synthetic cells that should not be there."""
    entries: list[dict[str, Any]] = []
    by_row, floor = np.zeros(len(tables.synthetic)), 0.0
    for name in tables.real.columns:
        scale = None if name in set(tables.categorical) else scale_of(tables, name)
        real, synthetic = tables.real[name], tables.synthetic[name]
        floor += strange_among_real(real, scale)
        for kind in strange_cells(real, synthetic, scale):
            by_row += kind.rows
            share = float(kind.rows.mean())
            entries.append(
                {"column": str(name), "share": share, "what": kind.what, "examples": kind.examples}
            )
    share = 100 / tables.real.shape[1]
    sums: Floats = np.bincount(groups, weights=by_row).astype(np.float64)
    value = share * float(by_row.mean())
    low, high = interval(value, [share * means_without(sums, np.bincount(groups))])
    return Score(
        label="Strange values",
        value=value,
        better="low",
        best=0.0,
        unit="%",
        floor=share * floor,
        low=low,
        high=high,
        n_rows=len(tables.synthetic),
        note="cells with a new level, outside the real range, off its decimal grid, or missing where none is",
    ), entries


class _Words:
    """A score of what appears, by its words."""

    def __init__(self, label: str, note: str) -> None:
        self.label, self.note = label, note

    def unknown(self, why: str) -> Score:
        return Score(label=self.label, value=None, better="high", best=100.0, unit="%", note=why)

    def covered(self, found: list[Found], n_rows: int, variance: float = 0.0) -> Score:
        """The mean over columns; a further variance is of shares."""
        covered, floor = (100 * float(np.mean([entry[k] for entry in found])) for k in (0, 1))
        samples = zip(*(entry[2] for entry in found), strict=True)
        low, high = interval(
            covered, [100 * np.mean(parts, axis=0) for parts in samples], variance=1e4 * variance
        )
        return Score(
            label=self.label,
            value=covered,
            better="high",
            best=100.0,
            unit="%",
            floor=floor,
            low=low,
            high=high,
            n_rows=n_rows,
            note=self.note,
        )
