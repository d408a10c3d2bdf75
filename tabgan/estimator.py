"""`TabGAN`: fit a table, sample rows like it."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from tabgan.asking.given_rows import GivenRows
from tabgan.asking.questions import seed_of
from tabgan.config import Config
from tabgan.data import open_source
from tabgan.encoding.fit import fit_table
from tabgan.errors import ColumnError, ModelFileError
from tabgan.model import FittedModel, pack, translate, unpack
from tabgan.model_file import load_model, save_model
from tabgan.schema import Kind, Schema, infer_schema
from tabgan.training.progress import Progress
from tabgan.training.runtime import resolve_device
from tabgan.training.trainer import Trainer

MODEL_KIND = "tabgan"
# What the parts of a damaged file raise when they are put together.
MISFITS = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
SAVE_SECONDS = 2.0  # of the time limit, kept for what comes after training


class TabGAN(GivenRows, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Learn a table and sample rows like it.

    A conditional generator fills in a row column by column, each next column given those known so far; it is
    trained by likelihood and then, where that is the objective, against a critic as well.

    Parameters
    ----------
    max_time : seconds of the whole fit, or None for no limit.
    epochs : passes over the rows at most; None: as long as held-out rows gain.
    device : "auto" (CUDA, else MPS, else CPU) or any device of torch.
    random_state : None, or a whole number that makes fit and sample repeatable (fit: when epochs end it, not time).
    protect_rare : fold levels that fewer than this many rows have; 0 keeps all.
    verbose : show a progress bar.
    objective, batch_size, width, hidden, blocks, dropout, learning_rate, weight_decay,
    canonical_share, validation_share, critic_share, critic_learning_rate, critic_hidden, critic_steps, pac, penalty,
    likelihood_weight, temperature, keep_critic, matmul_precision :
        see `tabgan.config.Config`.

    Attributes
    ----------
    schema_ : Schema, the columns and how each is modelled.
    history_ : DataFrame, one line per look at the held-out rows.
        Both stages: stage, step, seconds, log_prob (of training rows, nats), held_out_log_prob and
        held_out_any_order (of held-out rows, in canonical and in other orders), generator_gradient_norm.
        Likelihood: learning_rate. Game: pair_distance (of generated from held-out rows), critic_gap (real minus
        generated mean score), gradient_penalty, critic_gradient_norm, critic_accuracy (share of held-out packs
        that the critic scores above generated ones; half is the ideal), lost_levels (share of the common levels and
        modes that generated rows lack; 1 minus it is their coverage). Norms are means since the last look,
        before clipping.
    notes_ : list of what the user was told during the fit.
    n_rows_ : int, rows fitted.
    n_features_in_, feature_names_in_ : as in scikit-learn.
    interrupted_ : bool, the fit was stopped by Ctrl-C; the model is the best until then.
    fit_seconds_, first_step_seconds_ : float, from the call of fit.
    model_ : FittedModel.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan import TabGAN
    >>> frame = pd.DataFrame({"size": [1, 2, 3, 4] * 50, "kind": ["a", "b"] * 100})
    >>> synthetic = TabGAN(epochs=2, random_state=0).fit(frame).sample(5, random_state=0)
    >>> list(synthetic.columns), len(synthetic)
    (['size', 'kind'], 5)
    """

    def __init__(
        self,
        *,
        max_time: float | None = Config.max_time,
        epochs: int | None = Config.epochs,
        device: str = "auto",
        random_state: int | None = None,
        protect_rare: int = 0,
        verbose: bool = False,
        objective: str = Config.objective,
        batch_size: int = Config.batch_size,
        width: int = Config.width,
        hidden: int = Config.hidden,
        blocks: int = Config.blocks,
        dropout: float = Config.dropout,
        learning_rate: float = Config.learning_rate,
        weight_decay: float | None = Config.weight_decay,
        canonical_share: float = Config.canonical_share,
        validation_share: float = Config.validation_share,
        critic_share: float = Config.critic_share,
        critic_learning_rate: float = Config.critic_learning_rate,
        critic_hidden: int = Config.critic_hidden,
        critic_steps: int = Config.critic_steps,
        pac: int = Config.pac,
        penalty: float = Config.penalty,
        likelihood_weight: float = Config.likelihood_weight,
        temperature: float = Config.temperature,
        keep_critic: bool = Config.keep_critic,
        matmul_precision: str = Config.matmul_precision,
    ) -> None:
        self.max_time = max_time
        self.epochs = epochs
        self.device = device
        self.random_state = random_state
        self.protect_rare = protect_rare
        self.verbose = verbose
        self.objective = objective
        self.batch_size = batch_size
        self.width = width
        self.hidden = hidden
        self.blocks = blocks
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.canonical_share = canonical_share
        self.validation_share = validation_share
        self.critic_share = critic_share
        self.critic_learning_rate = critic_learning_rate
        self.critic_hidden = critic_hidden
        self.critic_steps = critic_steps
        self.pac = pac
        self.penalty = penalty
        self.likelihood_weight = likelihood_weight
        self.temperature = temperature
        self.keep_critic = keep_critic
        self.matmul_precision = matmul_precision

    def fit(
        self,
        X: Any,
        y: None = None,
        *,
        schema: Schema | None = None,
        unlabelled: Hashable | list[Hashable] = (),
    ) -> Self:
        """Learn a table.

        Parameters
        ----------
        X : DataFrame, Arrow table, any object with the Arrow C stream interface, or the path of a CSV or Parquet
            file.
        y : ignored; part of the scikit-learn contract.
        schema : what the columns are; inferred when None.
        unlabelled : a column, or a list of them, whose missing cells are hidden, not missing: labels that are not
            known. Their rows still teach the other columns, and no row that is sampled lacks the label.

        Raises
        ------
        SchemaError, ColumnError, DataError
            The table cannot be read or handled without loss; the message names the column and the way out.
        TableTooLargeError
            It has more columns than the model is built for.
        TrainingError
            Training stayed unstable after several lower learning rates.
        """
        started = time.monotonic()
        config = self._config()
        device = resolve_device(self.device)
        seed = seed_of(self.random_state)
        progress = Progress(show=bool(self.verbose))
        progress.open("reading")
        try:
            source = open_source(X)
            schema = infer_schema(source) if schema is None else schema
            encoder, table = fit_table(
                source,
                schema,
                protect_rare=self.protect_rare,
                width=config.width,
                unlabelled=_positions(unlabelled, schema),
            )
            progress.update(0.0, "training")
            deadline = None
            if config.max_time is not None:
                deadline = started + max(config.max_time - SAVE_SECONDS, config.max_time * 0.9)
            trained = Trainer(
                encoder.layout,
                table.codes,
                table.fractions,
                config,
                device=device,
                seed=seed,
                deadline=deadline,
                progress=progress,
            ).run()
            progress.update(1.0, "done")
        finally:
            progress.close()
        generator = trained.generator.eval().requires_grad_(False)
        critic = None
        if trained.critic is not None and config.keep_critic:
            critic = trained.critic.eval().requires_grad_(False)
        self._keep(FittedModel(encoder, generator, config, len(table.codes), critic))
        self.history_ = pd.DataFrame(trained.history)
        self.notes_ = trained.notes
        self.interrupted_ = trained.interrupted
        self.first_step_seconds_ = trained.first_step - started
        self.fit_seconds_ = time.monotonic() - started
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file; a file that stood there is replaced when the new one is complete."""
        check_is_fitted(self, "model_")
        metadata, tensors = pack(self.model_)
        metadata["settings"] = plain_settings({**self.get_params(), "device": str(self.device)})
        metadata["history"] = plain_history(self.history_)
        metadata["notes"] = list(self.notes_)
        save_model(path, kind=MODEL_KIND, metadata=metadata, tensors=tensors)

    @classmethod
    def load(cls, path: str | os.PathLike[str], device: str = "auto") -> Self:
        """Read a model file. No code of the file runs, and all of it is checked.

        Raises
        ------
        ModelFileError
            The file is missing, damaged, from a newer version, or no model file at all.
        """
        return cls.restore(path, load_model(path), device)

    @classmethod
    def restore(
        cls,
        path: str | os.PathLike[str],
        content: tuple[str, dict[str, Any], dict[str, np.ndarray[Any, Any]]],
        device: str = "auto",
    ) -> Self:
        """The model of what `tabgan.model_file.load_model` read; the path is for errors.

        Raises
        ------
        ModelFileError
            It is another kind of model, or its parts do not fit together.
        """
        kind, metadata, tensors = content
        if kind != MODEL_KIND:
            raise ModelFileError(f"{os.fspath(path)}: must hold a {MODEL_KIND} model, found {kind!r}")
        try:
            metadata = translate(metadata)
            made = cls(**metadata["settings"])
            made._keep(unpack(metadata, tensors, resolve_device(device)))
            made.history_ = pd.DataFrame(dict(metadata["history"]))
            made.notes_ = [str(note) for note in metadata["notes"]]
        except MISFITS as error:
            message = f"{os.fspath(path)}: the parts of the model do not fit together ({error}); fit it again"
            raise ModelFileError(message) from error
        made.interrupted_ = False
        return made

    def describe(self) -> list[tuple[str, str, str]]:
        """Name, kind and what was learnt of each column."""
        check_is_fitted(self, "model_")
        return self.model_.encoder.describe()

    def levels(self) -> dict[Hashable, tuple[Any, ...]]:
        """The levels of each category, as they were seen."""
        check_is_fitted(self, "model_")
        return self.model_.encoder.levels()

    def stored_kinds(self) -> dict[str, str]:
        """Every kind of thing of the data that the model keeps, and how much of it."""
        check_is_fitted(self, "model_")
        weights = sum(parameter.numel() for parameter in self.model_.generator.parameters())
        stored = {**self.model_.encoder.stored_kinds(), "network weights": f"{weights:,}"}
        if self.model_.critic is not None:
            weights = sum(parameter.numel() for parameter in self.model_.critic.parameters())
            stored["critic"] = f"{weights:,} weights; a critic knows its training rows"
        return stored

    def _config(self) -> Config:
        settings = plain_settings(self.get_params())
        return Config(**{name: settings[name] for name in Config.__dataclass_fields__})

    def _keep(self, model: FittedModel) -> None:
        self.model_ = model
        self.schema_ = model.encoder.schema
        self.n_rows_ = model.n_rows
        self.n_features_in_ = len(self.schema_)
        self.feature_names_in_ = np.array(self.schema_.names, dtype=object)


def _positions(names: Hashable | list[Hashable], schema: Schema) -> frozenset[int]:
    """Positions of the columns that may lack labels; each must have some.

    Raises
    ------
    SchemaError, ColumnError
        There is no such column, or it has no label at all.
    """
    found = set()
    for name in names if isinstance(names, list) else [] if names == () else [names]:
        column = schema[name]
        if column.kind is Kind.CONSTANT and column.value is None:
            raise ColumnError(f"column {name!r}: an unlabelled column must have some labels; found none")
        found.add(schema.columns.index(column))
    return frozenset(found)


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as JSON takes them: numbers of numpy as Python's."""
    return {name: getattr(value, "item", lambda v=value: v)() for name, value in settings.items()}


def plain_history(history: pd.DataFrame) -> list[list[Any]]:
    """The history as JSON takes it: a name and its values per column, None where there is no figure."""
    plain = history.astype(object).where(history.notna(), None)
    return [[str(name), plain[name].tolist()] for name in plain.columns]
