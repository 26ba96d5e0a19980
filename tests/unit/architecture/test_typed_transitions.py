"""Documents and values change through typed methods: nobody else writes `model_copy(update=...)`, which no type checks.

Allowed are a model's own methods (`self.model_copy`), the models' modules (`domain/model/`), and the base of all
documents.
"""

import ast
from pathlib import Path
from typing import Final

import pytest

SERVICES: Final = Path(__file__).parents[3] / "services"
BASE: Final = "chassis/persistence/document.py"


def name_of(path: Path) -> str:
    """Return a module's path below `src`."""
    return path.as_posix().partition("/src/")[2]


def untyped_updates(source: str) -> int:
    """Count the calls of `model_copy` that are given an update, but for those by which a model changes itself."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return sum(_is_copy_of_another(call.func) and _updates(call) for call in calls)


def _is_copy_of_another(called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute) or called.attr != "model_copy":
        return False
    return not (isinstance(called.value, ast.Name) and called.value.id == "self")


def _updates(call: ast.Call) -> bool:
    return bool(call.args) or any(keyword.arg in {"update", None} for keyword in call.keywords)


def is_model(name: str) -> bool:
    """Tell whether a module may hold typed transitions."""
    return "/domain/model/" in name or name == BASE


FOUND: Final = {
    name_of(path): count
    for path in sorted(SERVICES.glob("*/src/**/*.py"))
    if not is_model(name_of(path)) and (count := untyped_updates(path.read_text()))
}


def test_documents_change_by_typed_methods() -> None:
    assert FOUND == {}, "use, or write, a method of the model"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("one.model_copy(update={'a': 1})", 1),
        ("one.model_copy(deep=True)", 0),
        ("one.model_copy(**{'update': {}})", 1),
        ("a.model_copy(update=b).model_copy(update=c)", 2),
        ("self.model_copy(update={'a': 1})", 0),
        ("self.part.model_copy(update={'a': 1})", 1),
        ("one.closed('deleted')", 0),
    ],
)
def test_counts_what_it_refuses(source: str, count: int) -> None:
    assert untyped_updates(source) == count


def test_finds_the_models() -> None:
    assert sum(is_model(name_of(path)) for path in SERVICES.glob("*/src/**/*.py")) > 1
