"""The report on privacy: copies, distances to training rows, and attacks."""

from tabgan.reporting.privacy.attack_section import judge_attacks
from tabgan.reporting.privacy.copy_section import judge_copies
from tabgan.reporting.privacy.distance_section import judge_distances
from tabgan.reporting.privacy.membership import LogProb
from tabgan.reporting.privacy.neighbours import comparable_rows
from tabgan.reporting.score import Section, join_sections
from tabgan.reporting.tables import Tables

__all__ = ["LogProb", "judge_privacy"]
NOTES = (
    "That no attack was found is not privacy: one that is stronger, or knows more, may succeed.",
    "This report itself reveals something of the real rows, held-out ones included: what their columns hold, "
    "and whole rows where they are shown. Share it as you would share a summary of real data.",
)


def judge_privacy(tables: Tables, log_prob: LogProb | None = None) -> Section:
    """Judge copies, distances to training rows, and attacks.

    Parameters
    ----------
    log_prob
        From a frame of rows as given, shape (k, columns), to their log-likelihoods, shape (k,): adds the
        attack of somebody who holds the model.
    """
    rows = comparable_rows(tables.synthetic, tables.real, tables.holdout, list(tables.categorical))
    return join_sections(
        [
            judge_copies(tables),
            judge_distances(tables, rows),
            judge_attacks(tables, rows, log_prob),
            Section(scores={}, notes=NOTES),
        ]
    )
