"""Memory of a step is kept for the next one."""

import pytest
import torch

from tabgan.training import memory
from tabgan.training.memory import LARGEST_ON_HEAP, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, NEVER, kept_memory

BYTES = 16 * 2**20
resource = pytest.importorskip("resource")


def faults_of_a_step():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [torch.ones(BYTES // 4) for _ in range(4)]
    del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(memory._glibc() is None, reason="not glibc")
def test_after_the_first_steps_none_is_given_fresh_pages():
    with kept_memory():
        again = min([faults_of_a_step() for _ in range(5)])  # a heap in pieces may grow once more
    afterwards = faults_of_a_step()
    page = resource.getpagesize()
    assert again < 0.1 * BYTES / page
    assert afterwards > BYTES / page  # what was free at the end has been handed back


class Library:
    def __init__(self):
        self.calls = []

    def mallopt(self, option, value):
        self.calls.append((option, value))

    def malloc_trim(self, kept):
        self.calls.append(("trim", kept))


def test_the_rules_come_back_after_an_error(monkeypatch):
    library = Library()
    monkeypatch.setattr(memory, "_glibc", lambda: library)
    with pytest.raises(KeyboardInterrupt), kept_memory():
        raise KeyboardInterrupt
    assert library.calls == [
        (M_MMAP_THRESHOLD, LARGEST_ON_HEAP),
        (M_TRIM_THRESHOLD, NEVER),
        (M_TRIM_THRESHOLD, 2 * LARGEST_ON_HEAP),
        ("trim", 0),
    ]


@pytest.mark.parametrize("library", [TypeError, OSError, object])
def test_another_c_library_is_left_alone(monkeypatch, library):
    """Windows refuses None, a static build has no library to open, and others have no such options."""

    def opened(name):
        found = library()
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(memory.ctypes, "CDLL", opened)
    assert memory._glibc() is None
    with kept_memory():
        pass
