"""`make sbom`: writes what each image is made of (CycloneDX 1.6, JSON), and under which licences, into dist/sbom.

Each image's pins are installed as its Dockerfile does, hashes checked, for this machine's platform, and read there:
so versions, licences and who needs whom are those of the image. The web parts that our packages hold come after them.
The base image is not in it: its publisher has a bill of its own. Written twice from the same commit, the bills are the
same.
"""

import base64
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.processes.tools import made_python_tool

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "dist" / "sbom"
OURS = {
    "connector": ("services/connector", ("contracts", "services/chassis")),
    "mapper": ("services/mapper", ("contracts", "services/chassis")),
    "activity-store": ("services/activity-store", ("contracts", "services/chassis")),
    "tandem": ("deploy/tandem", ("services/chassis",)),
    "simulators": ("deploy/simulators", ()),
}
"""Each image's own package, and those of ours that it needs."""

_UV = str(Path(sys.executable).with_name("uv"))
_FORBIDDEN = ("AGPL", "GPL-2.0", "GPL-3.0", "General Public License")
"""An Apache-2.0 image that holds it would have to be given under it."""

_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(problem) if problem else 0)
"""

Component = dict[str, Any]


def run(*command: str | Path) -> None:
    """Run a command; raises `subprocess.CalledProcessError` when it fails."""
    subprocess.run([str(one) for one in command], check=True, cwd=ROOT)


def bill(image: str, folder: Path) -> dict[str, Any]:
    """Write an image's bill, validated against CycloneDX's schema, and return it."""
    package, ours = OURS[image]
    environment, wheels, out = folder / "environment", folder / "wheels", OUT / f"{image}.cdx.json"
    run(_UV, "venv", "--quiet", environment)
    install = (_UV, "pip", "install", "--quiet", "--python", environment)
    run(*install, "--require-hashes", "--requirement", f"requirements/{image}.txt")
    for one in ours:
        run(_UV, "build", "--quiet", "--offline", "--no-sources", "--wheel", "--out-dir", wheels, one)
    if ours:  # found, not named, so that their bill does not say where they lay
        names = [Path(one).name for one in ours]
        run(*install, "--offline", "--no-deps", "--no-index", "--find-links", wheels, *names)
    tool = made_python_tool("cyclonedx-bom")
    if tool is None:
        raise SystemExit("cyclonedx-bom is not there: make tools TOOL=cyclonedx-bom")
    told = ("--pyproject", f"{package}/pyproject.toml", "--output-reproducible", "--no-validate", "--output-file", out)
    run(f"{tool}/bin/cyclonedx-py", "environment", *told, environment)
    made = dict(json.loads(out.read_text(encoding="utf-8")))
    for one in made["components"]:
        if one["name"] in {Path(each).name for each in ours}:
            del one["purl"]  # the package registry has others of these names
    made["components"] += web_parts({package, *ours})
    out.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    run(f"{tool}/bin/python", "-c", _VALIDATE, out)
    return made


def web_parts(packages: set[str]) -> list[Component]:
    """Return what `make vendor` put into these packages of ours, with the hashes of where it came from."""
    read = {name: json.loads((ROOT / "webparts" / f"{name}.json").read_text("utf-8")) for name in ("pins", "bundles")}
    found = [(pin, pin["into"]) for pin in read["pins"]]
    found += [(pin, bundle["into"]) for bundle in read["bundles"] for pin in bundle["packages"]]
    return [
        {
            "type": "library",
            "bom-ref": f"npm:{pin['package']}@{pin['version']}",
            "name": pin["package"],
            "version": pin["version"],
            "purl": f"pkg:npm/{pin['package'].replace('@', '%40')}@{pin['version']}",
            "hashes": [{"alg": "SHA-512", "content": base64.b64decode(pin["integrity"].partition("-")[2]).hex()}],
        }
        for pin, into in found
        if any(into.startswith(f"{package}/") for package in packages)
    ]


def licences(component: Component) -> Iterator[str]:
    """Return what a component says of its licence: SPDX's ids, else its own words."""
    for one in component.get("licenses", ()):
        yield one.get("expression") or one["license"].get("id") or one["license"]["name"].split(" :: ")[-1]


def pins(image: str) -> set[str]:
    """Return the names that an image's pins may install."""
    lines = (ROOT / "requirements" / f"{image}.txt").read_text(encoding="utf-8").splitlines()
    return {line.partition("==")[0].partition("[")[0].lower().replace("_", "-") for line in lines if "==" in line}


def main() -> None:
    """Write all bills, and the licences; ends with an error where a licence or a component is not to be there."""
    OUT.mkdir(parents=True, exist_ok=True)
    found: dict[str, set[str]] = defaultdict(set)
    for image, (_, ours) in OURS.items():
        with TemporaryDirectory() as folder:
            components = bill(image, Path(folder))["components"]
        python = [one for one in components if not one["bom-ref"].startswith("npm:")]
        names = {one["name"].lower().replace("_", "-").replace(".", "-") for one in python}
        allowed = {name.replace(".", "-") for name in pins(image)} | {Path(one).name for one in ours}
        if names - allowed:
            raise SystemExit(f"{image}: not among its pins: {', '.join(sorted(names - allowed))}")
        print(f"{image}: {len(components)} components")
        for one in components:
            found[" | ".join(licences(one)) or "not said"].add(f"{one['name']} {one['version']}")
    text = "".join(f"{licence}: {', '.join(sorted(held))}\n" for licence, held in sorted(found.items()))
    (OUT / "licences.txt").write_text(text, encoding="utf-8")
    if bad := [licence for licence in found if any(word in licence for word in _FORBIDDEN) and "Lesser" not in licence]:
        raise SystemExit(f"licences that an image may not hold: {', '.join(bad)}")


if __name__ == "__main__":
    main()
