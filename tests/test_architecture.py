"""The shape of the library, kept by reading its source: layers, circles, pickles, sizes, public names."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tabgan

ROOT = Path(tabgan.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MAX_LINES = 400
SERIALISERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
LOADERS = {
    ("torch", "load"),
    ("torch", "save"),
    ("pd", "read_pickle"),
    ("pandas", "read_pickle"),
    ("np", "load"),
}


def name_of(path: Path) -> str:
    """Return a file's module name: encoding/layout.py -> tabgan.encoding.layout."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def runs(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node that runs, which leaves out `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from runs(node)


def imported(node: ast.AST, module: str, path: Path) -> set[str]:
    """Return the modules that one statement imports; a name that is a module counts as that module."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return set()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for _ in range(node.level - 1):
        package = package.rpartition(".")[0]
    base = ".".join(filter(None, [package, node.module])) if node.level else node.module or ""
    # The version is a constant of the package, which every layer may tell.
    names = [alias.name for alias in node.names if (base, alias.name) != ("tabgan", "__version__")]
    return {f"{base}.{name}" if f"{base}.{name}" in MODULES else base for name in names}


def own_imports(nodes: Iterator[ast.AST], module: str, path: Path) -> set[str]:
    names = set().union(*(imported(node, module, path) for node in nodes))
    return {name for name in names if name.split(".")[0] == "tabgan"}


def allowed_below(layer: str) -> set[str]:
    """Return the layers that a layer may import: itself and those before it; a branch states its own."""
    if layer in tabgan.BRANCHES:
        return {layer, *tabgan.BRANCHES[layer]}
    before = tabgan.LAYERS[: tabgan.LAYERS.index(layer) + 1]
    return {*before, *tabgan.BRANCHES, ""} if layer == "cli" else set(before)  # "" is tabgan itself


def wrong_imports(module: str, path: Path) -> list[str]:
    """Return the imports of a module that point against the order of the layers, inside functions too."""
    allowed = allowed_below(layer_of(module))
    return [
        name for name in own_imports(ast.walk(parse(path)), module, path) if layer_of(name) not in allowed
    ]


@pytest.mark.parametrize("module", [name for name in MODULES if name != "tabgan"])
def test_imports_point_one_way(module):
    layer = layer_of(module)
    assert layer in {*tabgan.LAYERS, *tabgan.BRANCHES}, f"{module}: give its layer a place in tabgan.LAYERS"
    assert wrong_imports(module, MODULES[module]) == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of one import circle, or nothing."""
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for name in sorted(graph.get(module, ())):
            if found := visit(name, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(graph) if (found := visit(module, []))), [])


def test_no_import_circles():
    graph = {name: own_imports(runs(parse(path)), name, path) - {name} for name, path in MODULES.items()}
    graph["tabgan"] = set()  # its imports wait for the first use of a name
    assert circle(graph) == []


def unsafe_uses(tree: ast.Module) -> list[str]:
    """Return the imports and calls that read or write objects by running code from a file."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in SERIALISERS]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "", alias.name) for alias in node.names]
            found += [
                ".".join(name) for name in names if name[0].split(".")[0] in SERIALISERS or name in LOADERS
            ]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found += [ast.unparse(node)] if (node.value.id, node.attr) in LOADERS else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += [node.func.id] if node.func.id in {"eval", "exec"} else []
    return found


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_pickled_or_evaluated(module):
    assert unsafe_uses(parse(MODULES[module])) == []


@pytest.mark.parametrize("module", MODULES)
def test_a_file_is_one_idea(module):
    path = MODULES[module]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert not path.name.startswith("_") or path.name in {"__init__.py", "__main__.py"}, "no private files"
    assert path.stem not in {"utils", "helpers", "manager", "core", "common", "misc"}, "name it by its idea"


def test_every_layer_exists():
    present = {layer_of(name) for name in MODULES} - {""}
    assert present == {*tabgan.LAYERS, *tabgan.BRANCHES}


def test_the_public_names():
    assert sorted(tabgan.__all__) == dir(tabgan)  # ruff keeps the list itself in order
    assert set(tabgan.__all__) == {
        "CTGAN",
        "ColumnError",
        "ConditionError",
        "DataError",
        "ModelFileError",
        "NoCriticError",
        "PRESENT",
        "Schema",
        "SchemaError",
        "TabGAN",
        "TabGANImputer",
        "TabGANSampler",
        "TableTooLargeError",
        "TabganError",
        "TrainingError",
        "__version__",
        "between",
        "errors",
        "infer_schema",
        "load",
        "report",
    }
    for name in tabgan.__all__:
        assert getattr(tabgan, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tabgan.nothing  # noqa: B018


def test_every_public_error_is_a_tabgan_error():
    errors = importlib.import_module("tabgan.errors")
    public = {name for name in tabgan.__all__ if name.endswith("Error")}
    tree = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert public == tree
    assert all(issubclass(getattr(tabgan, name), tabgan.TabganError) for name in public)


def test_importing_the_package_and_its_command_does_not_wait_for_torch():
    code = (
        "import sys, tabgan, tabgan.cli; sys.exit(bool({'torch', 'pandas', 'sklearn'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- the checks themselves find what they look for --------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("schema/x.py", "from tabgan.encoding import layout"),
        ("schema/x.py", "import tabgan.model"),
        ("schema/x.py", "from tabgan import TabGAN, estimator"),
        ("reporting/x.py", "from tabgan import __version__, load"),
        ("encoding/x.py", "from ..training import trainer"),
        ("reporting/x.py", "def f():\n    from tabgan.model import FittedModel"),
        ("training/x.py", "from tabgan.reporting import fidelity"),
    ],
)
def test_a_wrong_import_is_seen(tmp_path, place, line):
    path = tmp_path / Path(place).name
    path.write_text(line)
    assert wrong_imports("tabgan." + place.removesuffix(".py").replace("/", "."), path) != []


def test_a_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize(
    "line", ["import pickle", "from joblib import load", "torch.load(f)", "pd.read_pickle(f)", "eval('1')"]
)
def test_an_unsafe_use_is_seen(line):
    assert unsafe_uses(ast.parse(line)) != []
