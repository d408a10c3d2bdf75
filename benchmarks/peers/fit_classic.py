"""`tabgan.CTGAN`, with its defaults."""

from job import play, read_job

from tabgan import CTGAN, __version__

if __name__ == "__main__":
    job = read_job()
    model = CTGAN(epochs=job.epochs, enable_gpu=False)
    model.set_random_state(job.seed)
    play(job, model, __version__)
