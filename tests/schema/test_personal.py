"""Hints at personal data."""

import pandas as pd
import pytest

from tabgan.schema import infer_schema, looks_personal


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("contact", [f"user{i}@mail{i % 3}.example" for i in range(20)], "e-mail"),
        ("call", [f"+49 30 {i:07d}" for i in range(20)], "phone"),
        ("phone_number", list(range(300_000, 300_040, 2)), "phone"),
        ("passenger", ["Anna Berg", "Carl Dahl", "Eva Falk", "Gustav Holm"] * 5, None),
        (
            "name",
            [f"{a} {b}" for a in ("Anna", "Carl", "Eva") for b in ("Berg", "Dahl", "Falk", "Holm")],
            "names",
        ),
        ("first_name", ["Anna", "Carl"] * 10, "names"),
        ("code", [f"X{i:05d}" for i in range(20)], "unique codes"),
        ("birth_date", ["1990-01-31", "1985-12-01"] * 10, "birth"),
        ("remark", [f"this was said in words {'a' * i} today" for i in range(20)], "free text"),
        ("age", list(range(20, 40)) * 2, None),
        ("country", ["United States", "South Korea"] * 10, None),
        ("day", ["2024-01-31", "2024-02-01"] * 10, None),
        ("is_male", [True, False] * 10, None),
        ("telephone", ["yes", "no"] * 10, None),
    ],
)
def test_hint(name, values, told):
    frame = pd.DataFrame({name: values})
    found = looks_personal(infer_schema(frame)[name], frame[name])
    assert (found is None) if told is None else (told in (found or ""))
