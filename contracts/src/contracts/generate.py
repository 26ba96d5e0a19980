"""`python -m contracts.generate`: writes the JSON Schemas and the AsyncAPI document from the models and the catalogue.

`--check` writes nothing and exits 1 where a committed file differs. `--release` also freezes the present schemas as
those that every later change is compared with.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.asyncapi import asyncapi_document
from contracts.catalogue import CONTRACTS, load_topics
from contracts.schemas import topic_schema


def documents() -> dict[str, str]:
    """Return every generated file's text by its path under `contracts/`."""
    topics = load_topics()
    schemas = {f"schemas/{topic.name}.json": _text(topic_schema(topic)) for topic in topics}
    return {**schemas, "asyncapi.json": _text(asyncapi_document(topics))}


def outdated(files: Mapping[str, str], folder: Path = CONTRACTS) -> list[str]:
    """Return the paths whose file is missing or differs, and the schemas that no topic has any more."""
    differing = [path for path, text in files.items() if _content(folder / path) != text]
    present = (f"schemas/{file.name}" for file in (folder / "schemas").glob("*.json"))
    return sorted({*differing, *(path for path in present if path not in files)})


def write(files: Mapping[str, str], folder: Path = CONTRACTS) -> None:
    """Bring every generated file up to date and remove those that no topic has any more."""
    for path in outdated(files, folder):
        print(path)
        if path not in files:
            (folder / path).unlink()
            continue
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(files[path], encoding="utf-8")


def release(files: Mapping[str, str]) -> dict[str, str]:
    """Return the present schemas by the path under which a release freezes them."""
    return {
        path.replace("schemas/", "schemas/released/"): text
        for path, text in files.items()
        if path.startswith("schemas/")
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the answer is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; exit 1 where a committed file differs")
    choice.add_argument("--release", action="store_true", help="freeze the schemas as the released contract")
    options = parser.parse_args(arguments)
    files = documents()
    if options.check:
        for path in (differing := outdated(files)):
            print(f"contracts/{path} is out of date: run `make contracts`", file=sys.stderr)
        return bool(differing)
    write({**files, **release(files)} if options.release else files)
    return 0


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _content(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main())
