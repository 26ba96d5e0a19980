"""Partial responses: the `fields` parameter, e.g. `items(id,start/date),nextPageToken`."""

import re
from typing import Any

from simulators.google.domain.errors import invalid_parameter

_TOKEN = re.compile(r"[^,/()]+|[,/()]")
Mask = dict[str, Any]


def select(body: Any, mask: str) -> Any:  # noqa: ANN401 - any JSON value
    """Only what the mask names; `*` is everything."""
    tokens = _TOKEN.findall(mask.replace(" ", ""))
    tree = _group(tokens)
    if tokens:
        raise invalid_parameter("fields", f"Invalid field selection {mask}")
    return _cut(body, tree)


def _group(tokens: list[str]) -> Mask:
    tree: Mask = {}
    while tokens and tokens[0] != ")":
        name = tokens.pop(0)
        tree[name] = _below(tokens)
        if tokens and tokens[0] == ",":
            tokens.pop(0)
    return tree


def _below(tokens: list[str]) -> Mask:
    if tokens and tokens[0] == "/":
        tokens.pop(0)
        return {tokens.pop(0): _below(tokens)} if tokens else {}
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        inner = _group(tokens)
        if tokens:
            tokens.pop(0)
        return inner
    return {}


def _cut(value: Any, tree: Mask) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return [_cut(one, tree) for one in value]
    if not isinstance(value, dict) or not tree or "*" in tree:
        return value
    return {name: _cut(value[name], inner) for name, inner in tree.items() if name in value}
