"""Labels that are not known teach nothing of themselves, and everything of the rest."""

import numpy as np
import pandas as pd
import pytest
import torch

from tabgan import ColumnError, SchemaError, TabGAN
from tabgan.conditioning.orders import canonical_order
from tabgan.data import open_source
from tabgan.encoding.fit import fit_table
from tabgan.networks.generator import Generator
from tabgan.schema import infer_schema
from tests.asking.conftest import QUICK, mixed_frame

LABELS = ["city", "age", "score", "seen", "street"]


@pytest.fixture(scope="module")
def partial() -> pd.DataFrame:
    frame = mixed_frame(1_500).astype({"age": "Int64"})
    for i, name in enumerate(LABELS):
        frame.loc[frame.index % 3 == i % 3, name] = None
    return frame


@pytest.fixture(scope="module")
def encoded(partial):
    source = open_source(partial)
    schema = infer_schema(source)
    places = frozenset(schema.names.index(name) for name in LABELS)
    return fit_table(source, schema, unlabelled=places)


def test_hidden_labels_have_no_codes_and_are_no_level(partial, encoded):
    encoder, table = encoded
    for index, column, own in encoder.columns():
        if column.name in LABELS:
            assert not own.has_missing, column.name
            hidden = (table.codes[:, encoder.layout.symbols_of(index)] == -1).all(axis=1)
            assert np.array_equal(hidden, partial[column.name].isna().to_numpy()), column.name
    debt = encoder.layout.columns.index("debt")
    assert encoder.encoders[debt].has_missing  # columns that are not named keep their level


def test_hidden_labels_have_no_loss_and_add_nothing_to_what_others_are_told(encoded):
    encoder, table = encoded
    generator = Generator(
        encoder.layout, width=16, hidden=8, blocks=1, generator=torch.Generator().manual_seed(0)
    )
    codes = torch.from_numpy(table.codes[:60].astype(np.int64))
    fractions = torch.from_numpy(table.fractions[:60])
    own = encoder.layout.symbols_of(encoder.layout.columns.index("city"))
    hidden = (codes[:, own] < 0).all(1)
    embedded = generator.embed(codes, fractions)
    assert bool((embedded[own][:, hidden] == 0).all())
    order = torch.from_numpy(canonical_order(encoder.layout.symbol_column)[None])
    log_prob = generator.log_prob(codes, fractions, order)
    assert bool((log_prob[own][:, hidden] == 0).all())
    assert bool((log_prob[own][:, ~hidden] < 0).all())


def test_few_labels_teach_and_none_is_missing_in_a_sample():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 4, 4_000)
    frame = pd.DataFrame({"x": kind * 10 + rng.integers(0, 3, 4_000), "label": np.array(list("abcd"))[kind]})
    known = frame.assign(label=frame["label"].where(frame.index % 20 == 0))
    settings = QUICK | {"epochs": 20, "batch_size": 64, "learning_rate": 0.01}
    model = TabGAN(**settings).fit(known, unlabelled="label")
    rows = model.sample(2_000, random_state=0)
    assert rows["label"].notna().all()
    assert np.allclose(rows["label"].value_counts(normalize=True), 0.25, atol=0.06)
    assert (model.predict(frame.head(500), "label") == frame["label"].head(500)).mean() > 0.9
    missing = TabGAN(**QUICK).fit(known).sample(500, random_state=0)
    assert missing["label"].isna().mean() > 0.5  # without the word, missing is a level like others


def test_the_critic_sees_whole_rows_only(partial):
    settings = QUICK | {"epochs": 2, "objective": "wasserstein", "critic_share": 0.5}
    columns = partial[["age", "city", "size"]]
    model = TabGAN(**settings).fit(columns, unlabelled=["age", "city"])
    assert (model.history_["stage"] == "game").any()
    assert model.sample(50)["city"].notna().all()


def test_without_a_whole_row_there_is_no_game():
    gaps = pd.DataFrame({"a": [*"xyxy" * 50, *[None] * 200], "b": [*[None] * 200, *"uv" * 100]})
    settings = QUICK | {"epochs": 1, "objective": "wasserstein", "critic_share": 0.5, "keep_critic": True}
    model = TabGAN(**settings).fit(gaps, unlabelled=["a", "b"])
    assert any("every row has a gap" in note for note in model.notes_)
    assert model.model_.critic is None
    assert model.sample(20).notna().all(axis=None)


def test_columns_without_labels_are_refused(partial):
    with pytest.raises(SchemaError, match="no column 'nowhere'"):
        TabGAN(**QUICK).fit(partial, unlabelled="nowhere")
    with pytest.raises(
        ColumnError, match="column 'empty': an unlabelled column must have some labels; found none"
    ):
        TabGAN(**QUICK).fit(partial.assign(empty=None), unlabelled=["empty"])
