"""CTGAN of the package ctgan, with its defaults."""

from importlib.metadata import version

import numpy as np
import torch
from ctgan import CTGAN
from job import play, read_job

if __name__ == "__main__":
    job = read_job()
    np.random.seed(job.seed)  # noqa: NPY002  # it draws from the global states
    torch.manual_seed(job.seed)
    model = CTGAN(epochs=job.epochs, enable_gpu=False)
    model.set_random_state(job.seed)
    play(job, model, version("ctgan"))
