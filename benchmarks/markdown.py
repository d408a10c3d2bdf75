"""Frames of figures as Markdown tables."""

import pandas as pd


def means(frame: pd.DataFrame, keys: list[str]) -> str:
    """Mean of every other column per key, ± half the range where there are several."""
    groups = frame.groupby(keys, sort=False)
    mean, half = groups.mean(), (groups.max() - groups.min()) / 2
    half = half.map(" ± {:.3f}".format).where(groups.count() > 1, "")
    cells = mean.map("{:.3f}".format) + half
    return str(cells.where(mean.notna(), "").reset_index().to_markdown(index=False))
