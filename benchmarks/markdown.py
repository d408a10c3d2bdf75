"""Frames of figures as Markdown tables."""

import pandas as pd


def means(frame: pd.DataFrame, keys: list[str]) -> str:
    """Mean and half the range of every other column, per key."""
    groups = frame.groupby(keys, sort=False)
    mean, half = groups.mean(), (groups.max() - groups.min()) / 2
    cells = mean.map("{:.3f}".format) + " ± " + half.map("{:.3f}".format)
    return str(cells.where(mean.notna(), "").reset_index().to_markdown(index=False))
