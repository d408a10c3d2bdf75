"""`CTGAN`: the classic model behind the interface that notebooks know."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable, Iterable, Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from tabgan.classic.model import ClassicModel, pack, unpack
from tabgan.classic.reading import DISCRETE, as_frame, give_back, read_table
from tabgan.classic.realness import realness
from tabgan.classic.sampling import read_level, sample_rows
from tabgan.classic.seeds import Seeds, read_random_state
from tabgan.config import ClassicConfig
from tabgan.data import open_source
from tabgan.encoding.column import MIXTURE
from tabgan.encoding.fit import fit_table
from tabgan.errors import ConditionError, ModelFileError
from tabgan.estimator import MISFITS, plain_history, plain_settings
from tabgan.model_file import load_model, save_model
from tabgan.schema import Schema
from tabgan.training.classic import ClassicTrainer
from tabgan.training.progress import Progress
from tabgan.training.runtime import resolve_device

MODEL_KIND = "ctgan"


class CTGAN(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The conditional GAN of Xu et al. 2019 (arXiv 1907.00503).

    `tabgan.classic` lists every difference from the paper and from the package ctgan, with its reason.

    Parameters
    ----------
    embedding_dim, generator_dim, discriminator_dim, generator_lr, generator_decay, discriminator_lr,
    discriminator_decay, batch_size, discriminator_steps, log_frequency, epochs, pac, objective,
    log_frequency_sampling, max_time :
        see `tabgan.config.ClassicConfig`.
    verbose : show a progress bar, and say what is worth saying.
    enable_gpu : use an accelerator if there is one.
    cuda : False for the CPU, True or None as ``enable_gpu`` says, or the name of a device.
    keep_critic : keep the critic for `realness`. A critic knows its training rows and tells them from others: think
        before you share a model that holds it.
    random_state : None, a whole number, or a pair of a numpy and a torch generator; see `set_random_state`.

    Attributes
    ----------
    loss_values : DataFrame with Epoch, Generator Loss and Discriminator Loss.
    schema_ : Schema, the columns and how each is modelled.
    history_ : DataFrame, one line per look at the game: epoch, seconds, critic_loss, critic_gap (real minus
        generated mean score), gradient_penalty, critic_gradient_norm, game_loss, condition_loss,
        generator_gradient_norm, critic_accuracy (on held-out packs; half is the ideal), lost_levels (share of the
        common levels and modes that generated rows lack; 1 minus it is their coverage), lost_pairs (the same of
        their pairs).
    n_rows_ : int, rows fitted.
    n_features_in_, feature_names_in_ : as in scikit-learn.
    notes_ : list of what was told during the fit.
    model_ : ClassicModel.
    interrupted_ : bool, the fit was stopped by Ctrl-C.
    fit_seconds_, first_step_seconds_ : float, from the call of fit to its end, and to the first epoch.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan import CTGAN
    >>> frame = pd.DataFrame({"size": [1.5, 2.5, 3.5, 4.5] * 50, "kind": ["a", "b"] * 100})
    >>> model = CTGAN(epochs=1, batch_size=100, random_state=0).fit(frame, ["kind"])
    >>> model.sample(3, condition_column="kind", condition_value="b").shape
    (3, 2)
    """

    def __init__(
        self,
        embedding_dim: int = ClassicConfig.embedding_dim,
        generator_dim: Sequence[int] = ClassicConfig.generator_dim,
        discriminator_dim: Sequence[int] = ClassicConfig.discriminator_dim,
        generator_lr: float = ClassicConfig.generator_lr,
        generator_decay: float = ClassicConfig.generator_decay,
        discriminator_lr: float = ClassicConfig.discriminator_lr,
        discriminator_decay: float = ClassicConfig.discriminator_decay,
        batch_size: int = ClassicConfig.batch_size,
        discriminator_steps: int = ClassicConfig.discriminator_steps,
        log_frequency: bool = ClassicConfig.log_frequency,
        verbose: bool = False,
        epochs: int = ClassicConfig.epochs,
        pac: int = ClassicConfig.pac,
        enable_gpu: bool = True,
        cuda: bool | str | None = None,
        *,
        objective: str = ClassicConfig.objective,
        keep_critic: bool = False,
        log_frequency_sampling: bool = ClassicConfig.log_frequency_sampling,
        max_time: float | None = ClassicConfig.max_time,
        random_state: Any = None,
    ) -> None:
        self.embedding_dim = embedding_dim
        self.generator_dim = generator_dim
        self.discriminator_dim = discriminator_dim
        self.generator_lr = generator_lr
        self.generator_decay = generator_decay
        self.discriminator_lr = discriminator_lr
        self.discriminator_decay = discriminator_decay
        self.batch_size = batch_size
        self.discriminator_steps = discriminator_steps
        self.log_frequency = log_frequency
        self.verbose = verbose
        self.epochs = epochs
        self.pac = pac
        self.enable_gpu = enable_gpu
        self.cuda = cuda
        self.objective = objective
        self.keep_critic = keep_critic
        self.log_frequency_sampling = log_frequency_sampling
        self.max_time = max_time
        self.random_state = random_state

    def fit(
        self,
        train_data: Any,
        discrete_columns: Iterable[Hashable] = (),
        epochs: int | None = None,
        *,
        schema: Schema | None = None,
    ) -> Self:
        """Learn a table.

        Parameters
        ----------
        train_data : DataFrame, array (n, C), or whatever else `tabgan.TabGAN` fits; `sample` gives the same type.
        discrete_columns : names (positions, of an array) of the columns that are categories whatever they hold; all
            others must be numbers or times. Left out, it is decided by what the columns hold, and a note says so.
        epochs : instead of the constructor's.
        schema : what the columns are, instead of discrete_columns; its categories and booleans are discrete.

        Raises
        ------
        SchemaError, ColumnError
            ``Invalid columns found``, or a column that is not discrete holds text; the message says what to do.
        DataError
            There are fewer rows than a pack.
        TrainingError
            Training stayed unstable at lower learning rates.
        """
        started = time.monotonic()
        config = self._config(epochs)
        device = resolve_device(self._device_name())
        seeds = self._seeds()
        progress = Progress(show=bool(self.verbose))
        progress.open("reading")
        try:
            read = read_table(train_data, discrete_columns, schema)
            if read.note:
                progress.tell(read.note)
            encoder, table = fit_table(read.source, read.schema, modes=MIXTURE)
            discrete = [i for i, column in enumerate(encoder.schema.columns) if column.kind in DISCRETE]
            progress.update(0.0, "training")
            trained = ClassicTrainer(
                encoder.layout,
                table.codes,
                table.fractions,
                discrete,
                config,
                device=device,
                seed=seeds.draw(),
                progress=progress,
                keep_critic=bool(self.keep_critic),
            ).run()
        finally:
            progress.close()
        for network in (trained.generator, trained.critic):
            network.eval().requires_grad_(False)
        self.model_ = ClassicModel(
            encoder,
            trained.generator,
            trained.levels,
            config,
            len(table),
            trained.critic if self.keep_critic else None,
            str(train_data.dtype) if isinstance(train_data, np.ndarray) else None,
        )
        self._tell_columns()
        self.history_ = pd.DataFrame(progress.history)
        self._losses = trained.losses
        self.notes_ = progress.notes
        self.interrupted_ = trained.interrupted
        self.first_step_seconds_ = trained.first_epoch - started
        self.fit_seconds_ = time.monotonic() - started
        return self

    def sample(self, n: int, condition_column: Hashable | None = None, condition_value: Any = None) -> Any:
        """Exactly n new rows, in the container that was fitted.

        Parameters
        ----------
        n : how many.
        condition_column, condition_value : ask for one level of one discrete column (NaN: for missing). Rows are
            generated for it, not filtered: nearly all of them have it.

        Raises
        ------
        ConditionError
            There is no such column, it is not discrete, or the value was not seen; the message names choices.
        """
        check_is_fitted(self, "model_")
        if not isinstance(n, Integral) or isinstance(n, bool) or n < 0:
            raise ValueError(f"n must be a whole number from 0 up, got {n!r}")
        if (condition_column is None) != (condition_value is None):
            raise ConditionError(
                "condition_column and condition_value must be given together; "
                f"found {condition_column!r} and {condition_value!r}"
            )
        level = None
        if condition_column is not None:
            level = read_level(self.model_, condition_column, condition_value)
        frame = sample_rows(self.model_, int(n), level, self._seeds().draw())
        return give_back(frame, self.schema_, self.model_.array_dtype)

    def realness(self, X: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
        """How real each row looks to the critic that was kept, (n,): higher is more real, lower is odder.

        The critic learnt at the end to tell real rows from generated ones, and from rows with cells of other rows. It
        knows its training rows and scores them higher than rows like them.

        Raises
        ------
        NoCriticError
            The model was fitted without ``keep_critic=True``.
        """
        check_is_fitted(self, "model_")
        chunks = open_source(as_frame(X) if isinstance(X, np.ndarray) else X).chunks()
        return np.concatenate([realness(self.model_, chunk) for chunk in chunks])

    @property
    def loss_values(self) -> pd.DataFrame:
        """Mean losses of each epoch; the generator's includes the cross-entropy of what was asked."""
        check_is_fitted(self, "model_")
        return pd.DataFrame(self._losses, columns=["Epoch", "Generator Loss", "Discriminator Loss"])

    def set_random_state(self, random_state: Any) -> None:
        """From now on draw from this: a whole number, (numpy RandomState or Generator, torch Generator), or None.

        After the same number, the same sequence of calls of fit and sample gives the same rows.
        """
        self._sequence, self._sequence_of = read_random_state(random_state), self.random_state

    def set_device(self, device: Any) -> None:
        """Move the model to a device of torch, and fit there from now on."""
        self._device = str(device)
        if hasattr(self, "model_"):
            self.model_.to(resolve_device(self._device))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one safe file; one that stood there is replaced when the new one is complete."""
        check_is_fitted(self, "model_")
        metadata, tensors = pack(self.model_)
        settings = self.get_params()
        settings["generator_dim"], settings["discriminator_dim"] = (
            list(getattr(self.model_.config, name)) for name in ("generator_dim", "discriminator_dim")
        )
        seeds = self._seeds()
        settings["random_state"] = seeds.first
        settings["cuda"] = self.cuda if self.cuda is None or isinstance(self.cuda, bool) else str(self.cuda)
        metadata["settings"] = plain_settings(settings)
        metadata["seeds"] = [seeds.first, seeds.drawn]
        metadata["losses"] = [list(line) for line in self._losses]
        metadata["history"] = plain_history(self.history_)
        metadata["notes"] = list(self.notes_)
        save_model(path, kind=MODEL_KIND, metadata=metadata, tensors=tensors)

    @classmethod
    def load(cls, path: str | os.PathLike[str], device: str = "auto") -> Self:
        """Read a model file. No code of the file runs, and all of it is checked.

        Raises
        ------
        ModelFileError
            The file is missing, damaged, from a newer version, or holds another kind of model.
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
            made = cls(**metadata["settings"])
            made.model_ = unpack(metadata, tensors, resolve_device(device))
            made._sequence, made._sequence_of = Seeds(*metadata["seeds"]), made.random_state
            made._losses = [(int(epoch), float(a), float(b)) for epoch, a, b in metadata["losses"]]
            made.history_ = pd.DataFrame(dict(metadata["history"]))
            made.notes_ = [str(note) for note in metadata["notes"]]
        except MISFITS as error:
            message = f"{os.fspath(path)}: the parts of the model do not fit together ({error}); fit it again"
            raise ModelFileError(message) from error
        made._tell_columns()
        made.interrupted_ = False
        return made

    def describe(self) -> list[tuple[str, str, str]]:
        """Name, kind and what was learnt of each column."""
        check_is_fitted(self, "model_")
        return self.model_.encoder.describe()

    def stored_kinds(self) -> dict[str, str]:
        """Every kind of thing of the data that the model keeps, and how much of it."""
        check_is_fitted(self, "model_")
        stored = {
            **self.model_.encoder.stored_kinds(),
            "level frequencies": f"{len(self.model_.levels.counts):,}",
            "network weights": f"{sum(p.numel() for p in self.model_.generator.parameters()):,}",
        }
        if self.model_.critic is not None:
            n_weights = sum(p.numel() for p in self.model_.critic.parameters())
            stored["critic"] = f"{n_weights:,} weights; a critic knows its training rows"
        return stored

    def levels(self) -> dict[Hashable, tuple[Any, ...]]:
        """The levels of each category, as they were seen."""
        check_is_fitted(self, "model_")
        return self.model_.encoder.levels()

    def _tell_columns(self) -> None:
        self.schema_ = self.model_.encoder.schema
        self.n_rows_ = self.model_.n_rows
        self.n_features_in_ = len(self.schema_)
        self.feature_names_in_ = np.array(self.schema_.names, dtype=object)

    def _config(self, epochs: int | None) -> ClassicConfig:
        names = ClassicConfig.__dataclass_fields__
        given = self.get_params() | ({} if epochs is None else {"epochs": epochs})
        settings = {name: value for name, value in plain_settings(given).items() if name in names}
        return ClassicConfig(**settings)

    def _device_name(self) -> str:
        chosen: str | None = getattr(self, "_device", None)
        if chosen is not None:
            return chosen
        if isinstance(self.cuda, str):
            return self.cuda
        return "auto" if self.enable_gpu and self.cuda is not False else "cpu"

    def _seeds(self) -> Seeds:
        """The sequence of seeds; a new one where ``random_state`` was set anew."""
        if not hasattr(self, "_sequence") or self._sequence_of != self.random_state:
            self._sequence, self._sequence_of = read_random_state(self.random_state), self.random_state
        return self._sequence
