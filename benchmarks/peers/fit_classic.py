"""`tabgan.CTGAN`, with its defaults."""

from epochs import MANY
from job import read_job
from measure import play

from tabgan import CTGAN, __version__

if __name__ == "__main__":
    job = read_job()
    epochs = {} if job.epochs is None else {"epochs": job.epochs}
    if job.seconds is not None:
        epochs = {"epochs": MANY, **epochs}
    model = CTGAN(**epochs, max_time=job.seconds, enable_gpu=False)
    model.set_random_state(job.seed)
    play(job, model, __version__)
