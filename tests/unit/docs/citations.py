"""What code, tests and documents cite: read from comments, docstrings, names of tests and Markdown."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
_PARTS = ("contracts", "services", "deploy", "tests", "bench", "docs", "findings")
_HIDDEN = {".venv", "__pycache__", "var", "node_modules"}
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

FILES = sorted(
    path
    for part in _PARTS
    for path in (ROOT / part).rglob("*")
    if path.is_file() and not _HIDDEN & set(path.parts) and not any(name.endswith(".egg-info") for name in path.parts)
) + sorted(path for path in ROOT.iterdir() if path.is_file())
PYTHON = [path for path in FILES if path.suffix == ".py"]
MARKDOWN = [path for path in FILES if path.suffix == ".md"]


def name(path: Path) -> str:
    """Return a file's path inside the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def prose(path: Path) -> str:
    """Return the text of a file that people wrote for people: Markdown without code, or comments and docstrings."""
    text = path.read_text()
    return _FENCE.sub("", text) if path.suffix == ".md" else "\n".join([*_comments(text), *_docstrings(text)])


def names_of_tests(path: Path) -> Iterator[str]:
    """Return the names of a module's tests."""
    nodes = ast.walk(ast.parse(path.read_text()))
    functions = (node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return (function for function in functions if function.startswith("test_"))


def _comments(text: str) -> Iterator[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return (token.string for token in tokens if token.type == tokenize.COMMENT)


def _docstrings(text: str) -> Iterator[str]:
    """Return strings that stand as statements: docstrings, those of fields included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
