"""The model file: what goes in comes back; all else is refused; the old file outlives every failure."""

import hashlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tabgan.errors import ModelFileError
from tabgan.model_file import FORMAT, load_model, save_model

METADATA = {
    "schema": {
        "names": ["age", 'a "quoted" name', "line\nbreak", "\ud800", "\0", "名前", '{"checksum":"' + "0" * 64]
    },
    "big": 2**63 + 1,
    "nothing": None,
    "nested": [[1, 2.5, True], {"empty": {}}],
}
TENSORS = {
    "generator.weight": np.linspace(-1, 1, 60, dtype=np.float32).reshape(3, 4, 5),
    "knots": np.array([2**53 + 1, -(2**63)], dtype=np.int64),
    "origin": np.array([2**64 - 1], dtype=np.uint64),
    "scalar": np.array(3.25),
    "empty": np.zeros((0, 7), dtype=np.int32),
    "flags": np.array([True, False]),
    'a "quoted" tensor': np.arange(3, dtype=np.uint8),
    "tabgan": np.float16([1.5]),
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "model.tabgan"
    save_model(path, kind="tabgan", metadata=METADATA, tensors=TENSORS)
    return path


def manifest_of(path: Path) -> dict:
    with safetensors.safe_open(path, framework="numpy") as file:
        return json.loads(file.metadata()["tabgan"])


def write_raw(path: Path, manifest: object, tensors: dict | None = None) -> None:
    """Write a file as a stranger's program would: right container, any description."""
    path.write_bytes(
        safetensors.numpy.save(tensors or {}, metadata={"tabgan": json.dumps(manifest, sort_keys=True)})
    )


def assert_same(loaded: dict, expected: dict) -> None:
    assert loaded.keys() == expected.keys()
    for name, array in expected.items():
        assert loaded[name].dtype == array.dtype
        assert loaded[name].shape == array.shape
        assert loaded[name].tobytes() == array.tobytes()


# ---- round trip --------------------------------------------------------------------------------------------


def test_what_goes_in_comes_back(saved):
    kind, metadata, tensors = load_model(saved)
    assert kind == "tabgan"
    assert metadata == METADATA
    assert_same(tensors, TENSORS)
    assert all(array.flags.writeable for array in tensors.values())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.int16, np.uint8, np.bool_, ">f8", ">i4"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    elements={"allow_nan": False, "allow_infinity": False},
)


@given(st.dictionaries(st.text(), json_values, max_size=4), st.dictionaries(st.text(), arrays, max_size=4))
def test_any_plain_values_come_back(tmp_path_factory, metadata, tensors):
    path = tmp_path_factory.mktemp("any") / "m.tabgan"
    save_model(path, kind="k", metadata=metadata, tensors=tensors)
    _, metadata_back, tensors_back = load_model(path)
    assert metadata_back == metadata
    assert tensors_back.keys() == tensors.keys()
    for name, array in tensors.items():
        assert tensors_back[name].shape == array.shape
        np.testing.assert_array_equal(tensors_back[name], array)


def test_the_same_model_gives_the_same_bytes(saved, tmp_path):
    again = tmp_path / "again.tabgan"
    save_model(
        again,
        kind="tabgan",
        metadata=dict(reversed(METADATA.items())),
        tensors=dict(reversed(TENSORS.items())),
    )
    assert again.read_bytes() == saved.read_bytes()


def test_it_is_a_safetensors_file_with_one_metadata_key(saved):
    assert_same(safetensors.numpy.load_file(saved), TENSORS)
    with safetensors.safe_open(saved, framework="numpy") as file:
        assert list(file.metadata()) == ["tabgan"]
    assert manifest_of(saved)["format"] == list(FORMAT)


@pytest.mark.parametrize("view", [np.asfortranarray, lambda a: a[::-1], lambda a: a.T])
def test_any_memory_layout_is_stored_by_value(tmp_path, view):
    array = view(np.arange(12.0).reshape(3, 4))
    save_model(tmp_path / "m", kind="k", metadata={}, tensors={"a": array})
    np.testing.assert_array_equal(load_model(tmp_path / "m")[2]["a"], array)


# ---- refused when saving -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "tensors", "told"),
    [
        ({"x": float("nan")}, {}, "plain JSON"),
        ({"x": {1, 2}}, {}, "plain JSON"),
        ({"x": [{1: "a key that JSON would change"}]}, {}, "every key of a dict must be text"),
        ({}, {"w": np.array([1.0, np.nan])}, "tensor 'w'.*found 1"),
        ({}, {"w": np.array([np.inf], dtype=np.float16)}, "tensor 'w'"),
        ({}, {"w": np.array(["text"])}, "tensor 'w': dtype <U4"),
        ({}, {"w": np.array([1j])}, "tensor 'w': dtype complex128"),
        ({}, {"w": np.array([object()])}, "tensor 'w': dtype object"),
        ({}, {"__metadata__": np.zeros(1)}, "__metadata__"),
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is_written(tmp_path, metadata, tensors, told):
    with pytest.raises(ModelFileError, match=told):
        save_model(tmp_path / "m.tabgan", kind="k", metadata=metadata, tensors=tensors)
    assert list(tmp_path.iterdir()) == []


# ---- refused when loading ----------------------------------------------------------------------------------


def test_cut_short_anywhere_is_refused(saved):
    whole = saved.read_bytes()
    for length in [*range(64), *range(64, len(whole), 97), len(whole) - 1]:
        saved.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match="model.tabgan"):
            load_model(saved)


def test_bytes_added_are_refused(saved):
    saved.write_bytes(saved.read_bytes() + b"\0")
    with pytest.raises(ModelFileError):
        load_model(saved)


def test_one_bit_flipped_anywhere_is_refused(tmp_path):
    path = tmp_path / "m.tabgan"
    save_model(path, kind="k", metadata={"a": [1, "b"]}, tensors={"w": np.arange(4, dtype=np.float32)})
    whole = bytearray(path.read_bytes())
    for place in range(len(whole) * 8):
        whole[place // 8] ^= 1 << place % 8
        path.write_bytes(whole)
        with pytest.raises(ModelFileError):
            load_model(path)
        whole[place // 8] ^= 1 << place % 8
    path.write_bytes(whole)
    assert load_model(path)[1] == {"a": [1, "b"]}


def test_a_newer_format_is_refused_before_anything_else(tmp_path):
    write_raw(tmp_path / "m", {"format": [FORMAT[0] + 1, 0], "all": "different"})
    with pytest.raises(ModelFileError, match=r"format 2\.0.*reads 1\.x.*newer tabgan"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    "manifest",
    [
        [],
        {},
        {"format": "1.0"},
        {"format": [True, 0]},
        {"format": list(FORMAT), "checksum": "0" * 64, "kind": 7, "metadata": {}, "tensors": {}},
        {"format": list(FORMAT), "checksum": "0" * 64, "kind": "k", "metadata": {}, "tensors": {}},
    ],
)
def test_a_wrong_description_is_refused(tmp_path, manifest):
    write_raw(tmp_path / "m", manifest)
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(tmp_path / "m")


def test_tensors_must_be_those_described(saved):
    other = saved.with_name("other")
    save_model(other, kind="tabgan", metadata=METADATA, tensors={**TENSORS, "knots": np.zeros(3)})
    text = json.dumps(manifest_of(saved), sort_keys=True, separators=(",", ":"))
    tensors = safetensors.numpy.load_file(other)
    other.write_bytes(seal(safetensors.numpy.save(tensors, metadata={"tabgan": text})))
    with pytest.raises(ModelFileError, match="'knots'"):
        load_model(other)


def test_non_finite_numbers_are_refused_on_loading_too(tmp_path):
    path = tmp_path / "m.tabgan"
    save_model(path, kind="k", metadata={}, tensors={"w": np.ones(4, dtype=np.float32)})
    content = path.read_bytes()
    path.write_bytes(seal(content[:-4] + np.float32(np.nan).tobytes()))
    with pytest.raises(ModelFileError, match="tensor 'w'.*finite"):
        load_model(path)


def seal(content: bytes) -> bytes:
    """Give the content a right checksum, computed apart from the library, by its documented rule."""
    blank = re.sub(rb'(\{\\"checksum\\":\\")[0-9a-f]{64}', rb"\g<1>" + b"0" * 64, content, count=1)
    digest = hashlib.sha256(blank).hexdigest().encode()
    return re.sub(rb'(\{\\"checksum\\":\\")0{64}', rb"\g<1>" + digest, blank, count=1)


def test_the_checksum_follows_its_documented_rule(saved):
    assert seal(saved.read_bytes()) == saved.read_bytes()


class Bomb:
    def __reduce__(self):
        return (os.mkdir, ("pickle-was-run",))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_and_not_run(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    Path("m.tabgan").write_bytes(pickle.dumps(Bomb(), protocol=protocol))
    with pytest.raises(ModelFileError, match="pickle|not a tabgan model"):
        load_model("m.tabgan")
    assert not Path("pickle-was-run").exists()


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "m.tabgan"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data", bytes(50_000_000))
    with pytest.raises(ModelFileError, match="zip archive"):
        load_model(path)


@pytest.mark.parametrize("length", [0, 1, 10**8 + 1, 2**31, 2**63, 2**64 - 1])
def test_a_huge_header_length_is_refused_before_it_is_read(tmp_path, length):
    path = tmp_path / "m.tabgan"
    path.write_bytes(length.to_bytes(8, "little") + b'{"a":1}')
    os.truncate(path, 2**40)  # a sparse file: reading it would fill the memory
    with pytest.raises(ModelFileError, match="not a tabgan model"):
        load_model(path)


def test_a_header_of_deep_lists_is_refused(tmp_path):
    header = b"[" * 100_000
    (tmp_path / "m").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ModelFileError, match="header"):
        load_model(tmp_path / "m")


def test_another_safetensors_file_is_told_apart(tmp_path):
    safetensors.numpy.save_file({"w": np.ones(3)}, tmp_path / "m", metadata={"format": "pt"})
    with pytest.raises(ModelFileError, match="but not a tabgan model"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize("name", ["", "missing", "folder", "\0", "n" * 300])
def test_a_path_that_holds_no_file_is_named(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelFileError, match="read|regular file|NUL"):
        load_model(f"{tmp_path}/{name}")


def test_a_pipe_does_not_wait_for_ever(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="regular file"):
        load_model(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="must be a file"):
        save_model(tmp_path / "pipe", kind="k", metadata={}, tensors={})


# ---- places that cannot be written -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["folder", "no/such/folder/m", "file/m", "\0", "n" * 300])
def test_a_place_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(ModelFileError):
        save_model(f"{tmp_path}/{name}", kind="k", metadata={}, tensors={})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


@pytest.fixture
def open_folder():
    """Return a folder that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.name == "nt", reason="folders have no write permission on Windows")
def test_a_read_only_folder_keeps_its_file(open_folder):
    path = open_folder / "m.tabgan"
    save_model(path, kind="old", metadata={}, tensors={})
    path.parent.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # permissions do not bind root
    try:
        with pytest.raises(ModelFileError, match="could not be written.*unchanged"):
            save_model(path, kind="new", metadata={}, tensors={})
    finally:
        os.seteuid(user)
        path.parent.chmod(0o755)
    assert load_model(path)[0] == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_keeps_the_old_file(saved):
    """A limit on the size of files fails the write as a full disk does: an OSError in the middle of it."""
    resource = pytest.importorskip("resource")
    before = saved.read_bytes()
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(ModelFileError, match="could not be written"):
            save_model(saved, kind="new", metadata={}, tensors={"w": np.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_ctrl_c_while_saving_keeps_the_old_file_and_leaves_nothing(saved, monkeypatch):
    before = saved.read_bytes()

    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_model(saved, kind="new", metadata={}, tensors={})
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


KILLED = """
    import os, sys, time
    import numpy as np
    from tabgan.model_file import save_model

    def slow(*_):  # a disk that takes its time, at the step that the test names
        print("in", flush=True)
        time.sleep(60)

    setattr(os, sys.argv[2], slow)
    save_model(sys.argv[1], kind="new", metadata={}, tensors={"w": np.zeros(1000)})
"""


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_while_saving_leaves_the_old_file(saved, step):
    before = saved.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(saved), step], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "in\n"
        assert len(list(saved.parent.iterdir())) == 2  # the part is written beside
        process.kill()
    assert saved.read_bytes() == before
    assert load_model(saved)[0] == "tabgan"


def test_two_writers_and_a_reader_never_see_a_mixture(saved):
    failures: list[BaseException] = []
    kinds: set[str] = set()

    def write(kind: str, size: int) -> None:
        try:
            for _ in range(20):
                save_model(saved, kind=kind, metadata={"n": size}, tensors={"w": np.full(size, float(size))})
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=args) for args in [("one", 10), ("two", 5000)]]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        kind, metadata, tensors = load_model(saved)
        kinds.add(kind)
        if kind != "tabgan":
            np.testing.assert_array_equal(tensors["w"], np.full(metadata["n"], float(metadata["n"])))
    assert not failures
    assert load_model(saved)[0] in {"one", "two"}
    assert list(saved.parent.iterdir()) == [saved]


def test_a_link_keeps_pointing_and_permissions_are_the_users(saved, tmp_path):
    link = tmp_path / "link.tabgan"
    link.symlink_to(saved)
    plain = tmp_path / "plain"
    plain.touch()
    save_model(link, kind="through", metadata={}, tensors={})
    assert link.is_symlink()
    assert load_model(saved)[0] == "through"
    assert saved.stat().st_mode == plain.stat().st_mode
