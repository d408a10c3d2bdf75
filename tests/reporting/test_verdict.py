"""The sentences follow the scores, name their figures, and never promise what cannot be promised."""

import pytest

from tabgan.reporting.score import Score
from tabgan.reporting.summary import summary
from tabgan.reporting.verdict import verdicts


def score(value, floor=None, low=None, high=None, better="high", note=""):
    return Score(label="x", value=value, better=better, best=1.0, floor=floor, low=low, high=high, note=note)


def good_scores() -> dict[str, Score]:
    return {
        "shape": score(0.7, 0.6),
        "trend": score(1.4, 1.2),
        "c2st": score(0.97, 0.99),
        "levels_covered": score(100.0, 100.0),
        "modes_covered": score(99.8, 99.9),
        "combinations_covered": score(99.0, 99.0),
        "tstr": score(0.92, 0.93, note="AUC; beside it what as many real rows teach"),
        "exact_copies": score(0.1, 0.1),
        "copied_cells_excess": score(-3.0),
        "mia_auc": score(0.505, 0.5, 0.49, 0.52),
        "singling_out": score(0.1, None, -0.2, 0.4),
        "attribute_inference": score(0.1, None, -0.2, 0.4),
    }


def target(synthetic=0.92, real=0.93, naive=0.5):
    return {"column": "income", "metric": "AUC", "synthetic": synthetic, "real": real, "naive": naive}


def judged(details=None, **changed):
    found = verdicts(good_scores() | changed, details or {"utility": {"targets": [target()]}})
    return {verdict.question: verdict for verdict in found}


def test_all_good():
    found = judged()
    assert [verdict.level for verdict in found.values()] == ["good"] * 3
    assert "0.97" in found["faithful"].sentence
    assert "0.920" in found["useful"].sentence
    assert "0.930" in found["useful"].sentence
    assert "0.49 to 0.52" in found["private"].sentence


@pytest.mark.parametrize(
    ("question", "changed", "level"),
    [
        ("faithful", {"c2st": score(0.7, 0.99)}, "fair"),
        ("faithful", {"c2st": score(0.2, 0.99)}, "poor"),
        ("faithful", {"trend": score(20.0, 1.0)}, "poor"),
        ("faithful", {"shape": score(2.9, 1.0)}, "fair"),
        ("faithful", {"modes_covered": score(60.0, 99.9)}, "poor"),
        ("private", {"mia_auc": score(0.7, 0.5, 0.68, 0.72)}, "poor"),
        ("private", {"mia_auc": score(0.53, 0.5, 0.51, 0.55)}, "fair"),
        ("private", {"exact_copies": score(5.0, 0.1)}, "poor"),
        ("private", {"copied_cells_excess": score(1.5)}, "fair"),
        ("private", {"singling_out": score(9.0, None, 7.0, 11.0)}, "poor"),
        ("private", {"attribute_inference": score(2.0, None, 1.0, 3.0)}, "fair"),
    ],
)
def test_one_bad_score_is_enough_and_is_told(question, changed, level):
    found = judged(**changed)[question]
    assert found.level == level
    assert found.sentence != judged()[question].sentence


def test_copies_that_chance_may_have_made_are_no_finding():
    fresh = {
        "exact_copies": score(30.0, 27.0, 28.0, 32.0),
        "copied_cells_excess": score(3.0, None, -1.0, 7.0),
    }
    details = {"copies": {"exact": {"excess": 3.0, "excess_low": -1.2}}}
    found = judged(details, **fresh)["private"]
    assert found.level == "good"
    assert "Beyond chance" not in found.sentence
    details["copies"]["exact"]["excess_low"] = 0.4
    assert judged(details, **fresh)["private"].level == "poor"


def test_few_copies_are_told():
    found = judged({}, exact_copies=score(0.9, 0.0))["private"]
    assert found.level == "good"
    assert "0.9 % of the rows are copies" in found.sentence


def test_near_copies_of_some_rows_are_found_where_the_area_is_not():
    found = judged({}, mia_tpr=score(6.2, 1.0, 4.8, 7.6))["private"]
    assert found.level == "poor"
    assert "finds 6.2 % of the training rows where guessing finds 1 %" in found.sentence
    assert judged({}, mia_tpr=score(2.0, 1.0, 0.8, 3.2))["private"].level == "good"


def test_near_copies_are_told_without_a_holdout():
    near = {"quantile_dcr_2": score(90.0, 2.0, 88.0, 92.0), "nndr": score(0.1, 0.9, 0.08, 0.12)}
    found = judged({}, mia_auc=score(None), **near)["private"]
    assert found.level == "poor"
    assert "90.0 % of the synthetic rows are nearer to one training row" in found.sentence
    dense = near | {"nndr": score(0.9, 0.9, 0.88, 0.92)}  # rows in the middle of many, near to no single one
    assert judged({}, mia_auc=score(None), **dense)["private"].level == "unknown"


def test_an_attacker_who_holds_the_model_is_told_from_one_who_holds_rows():
    attacks = [
        {"name": "nearest synthetic row", "knows": "the synthetic rows", "auc": 0.53},
        {"name": "likelihood", "knows": "the model", "auc": 0.8},
    ]
    details = {"membership": {"attacks": attacks, "strongest": "likelihood"}}
    found = judged(details, mia_auc=score(0.8, 0.5, 0.77, 0.84))["private"]
    assert found.level == "poor"
    assert "(likelihood; the attacker knows the model)" in found.sentence
    assert "Without the model, the strongest reaches AUC 0.53." in found.sentence
    details["membership"]["strongest"] = "nearest synthetic row"
    assert "Without the model" not in judged(details, mia_auc=score(0.8, 0.5, 0.77, 0.84))["private"].sentence


def test_utility_is_what_is_kept_beyond_guessing():
    assert judged({"utility": {"targets": [target(0.89)]}})["useful"].level == "fair"
    assert judged({"utility": {"targets": [target(0.6)]}})["useful"].level == "poor"
    several = judged({"utility": {"targets": [target(), target(0.6), target(0.5, 0.5)]}})["useful"]
    assert "Over 2 columns" in several.sentence  # there was nothing to learn of the third
    assert "60 %" in several.sentence
    assert judged({"utility": {"targets": [target(0.5, 0.5)]}})["useful"].level == "unknown"


def test_what_a_model_learnt_by_chance_is_no_loss():
    noise = target(0.5, 0.53) | {"real_low": 0.48}
    found = judged({"utility": {"targets": [noise]}})["useful"]
    assert found.level == "unknown"
    assert found.sentence == "It could not be judged: real rows teach nothing of a column beyond guessing."
    assert judged({"utility": {"targets": [noise | {"real_low": 0.51}]}})["useful"].level == "poor"


def test_without_a_holdout_attacks_are_not_judged():
    unknown = {"mia_auc": score(None, note="no hold-out")}
    found = judged({"cannot_judge": "real rows that were not trained on are needed."}, **unknown)["private"]
    assert found.level == "unknown"
    assert "could not be judged: real rows that were not trained on are needed." in found.sentence
    copied = judged({}, **unknown, exact_copies=score(90.0, 0.1))["private"]
    assert copied.level == "poor"
    assert "89.9 %" in copied.sentence


def test_nothing_known_is_unknown():
    assert [verdict.level for verdict in verdicts({}, {})] == ["unknown"] * 3


def test_no_attack_found_is_not_called_privacy():
    sentence = judged()["private"].sentence
    assert "no proof of privacy" in sentence
    assert "anonym" not in sentence.lower()


def test_the_summary_is_one_screen():
    about = {"rows": {"real": 32561, "synthetic": 32561, "holdout": 0}, "columns": 15}
    scores = {"fidelity": {name: one.as_data() for name, one in good_scores().items()}}
    scores["privacy"] = {"dcr_share": score(None, note="no hold-out").as_data()}
    text = summary(about, tuple(judged().values()), scores)
    assert len(text.splitlines()) <= 50
    assert "32,561 synthetic rows against 32,561 real ones; 15 columns" in text
    assert "+ Faithful?  good" in text
    [line] = [line for line in text.splitlines() if line.startswith("mia_auc")]
    assert line.split()[:5] == ["mia_auc", "0.505", "0.490", "to", "0.520"]
    assert "dcr_share" in text
