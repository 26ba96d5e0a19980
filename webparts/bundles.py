"""A web part that comes in many modules, made into one script and one style sheet: pages load no module by its name.

The bundler is pinned like what it bundles. It is the one in WebAssembly, which is the same for every machine.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from webparts.npm import ROOT, NotAvailable, Pin, unpacked

PINS: Final = Path(__file__).with_name("bundles.json")
_BUNDLER: Final = "esbuild-wasm"
_SCRIPT: Final = ("--format=iife", "--target=es2022", "--legal-comments=none")


@dataclass(frozen=True)
class Bundle:
    """One script and one style sheet of some packages; `exports` is what the script's one global name holds."""

    name: str
    into: str
    exports: Sequence[str]
    styles: Sequence[str]
    packages: Sequence[Pin]
    global_name: str

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return ROOT / self.into


def bundles(file: Path = PINS) -> list[Bundle]:
    """Return what is to be bundled."""
    return [
        Bundle(**one | {"packages": [_pin(each) for each in one["packages"]]}) for one in json.loads(file.read_text())
    ]


def bundled(bundle: Bundle) -> dict[str, bytes]:
    """Return the files of a bundle by name, made anew from the pinned packages."""
    with ExitStack() as opened:
        work = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        for pin in bundle.packages:
            package = opened.enter_context(unpacked(pin))
            shutil.copytree(package, work / "node_modules" / pin.package)
        (work / "entry.js").write_text("".join(f"{line}\n" for line in bundle.exports))
        (work / "entry.css").write_text("".join(f'@import "{style}";\n' for style in bundle.styles))
        script = _built(work, "entry.js", *_SCRIPT, f"--global-name={bundle.global_name}")
        return {
            f"{bundle.name}.js": script,
            f"{bundle.name}.css": _built(work, "entry.css"),
            f"{bundle.name}.LICENSE.txt": _licences(work, bundle),
        }


def _built(work: Path, entry: str, *options: str) -> bytes:
    node = shutil.which("node")
    if node is None:
        raise NotAvailable("Node.js is not installed")
    program = work / "node_modules" / _BUNDLER / "bin" / "esbuild"
    command = [node, str(program), entry, "--bundle", "--minify", "--log-level=error", *options]
    return subprocess.run(command, cwd=work, capture_output=True, check=True).stdout  # noqa: S603 - pinned program


def _licences(work: Path, bundle: Bundle) -> bytes:
    """Return the licences of all that is in the bundle; the bundler itself is not."""
    texts = [
        f"{pin.package} {pin.version}\n\n{file.read_text().strip()}\n"
        for pin in bundle.packages
        if pin.package != _BUNDLER
        for file in sorted((work / "node_modules" / pin.package).glob("LICENSE*"))
    ]
    return "\n\n".join(texts).encode()


def _pin(one: dict[str, str]) -> Pin:
    return Pin(one["package"], one["version"], one["integrity"], into="", files={})
