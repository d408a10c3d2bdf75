"""TVAE of the package ctgan, with its defaults."""

from importlib.metadata import version

import numpy as np
import torch
from ctgan import TVAE
from ctgan.synthesizers import tvae as module
from epochs import own_or_fitting
from job import read_job
from measure import play

if __name__ == "__main__":
    job = read_job()
    np.random.seed(job.seed)  # noqa: NPY002  # it draws from the global states
    torch.manual_seed(job.seed)
    epochs, notes = own_or_fitting(module, job.seconds, job.epochs)
    model = TVAE(**epochs, enable_gpu=False)
    model.set_random_state(job.seed)
    play(job, model, version("ctgan"), notes)
