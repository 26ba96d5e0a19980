"""Google's own description of the API as a judge of every request and every answer.

Built from the discovery document inside google-api-python-client, so that the simulator cannot
drift into what we wish Google did. Tests use it too.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from simulators.google.domain.errors import GoogleError, bad_request, invalid_parameter, required

Json = Any

# Parameters of Google's whole API surface that the document's own list leaves out.
_SYSTEM = ("access_token", "callback", "uploadType", "upload_protocol", "$.xgafv")
_KEPT = ("type", "format", "properties", "items", "additionalProperties")
_TRUE, _FALSE = {"true", "1", ""}, {"false", "0"}


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the API: `calendar.events.list` and so on."""

    id: str
    http: str
    path: tuple[str, ...]
    parameters: dict[str, dict[str, Any]]
    request: str | None
    response: str | None

    def match(self, http: str, segments: tuple[str, ...]) -> dict[str, str] | None:
        """The path parameters if a request is for this method."""
        if http != self.http or len(segments) != len(self.path):
            return None
        found: dict[str, str] = {}
        for wanted, given in zip(self.path, segments, strict=True):
            if wanted.startswith("{"):
                found[wanted.strip("{}")] = unquote(given)
            elif wanted != given:
                return None
        return found


@dataclass(slots=True)
class Discovery:
    """The document, compiled."""

    methods: list[Method]
    common: dict[str, dict[str, Any]]
    schemas: dict[str, Any]
    _compiled: dict[tuple[str, bool], jsonschema_rs.Validator] = field(default_factory=dict)

    def find(self, http: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """The method for a raw path below `/calendar/v3/`, and its path parameters."""
        segments = tuple(path.split("/"))
        for method in self.methods:
            found = method.match(http, segments)
            if found is not None:
                return method, found
        return None

    def query(self, method: Method, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The typed query parameters; 400 for what the method does not know or take."""
        given: dict[str, Any] = {}
        for name, text in pairs:
            spec = method.parameters.get(name, self.common.get(name))
            if spec is None or spec.get("location") == "path":
                raise bad_request(
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                    f"parameter. Field '{name}' could not be found in request message."
                )
            value = _typed(name, text, spec)
            given[name] = [*given.get(name, ()), value] if spec.get("repeated") else value
        for name, spec in method.parameters.items():
            if spec.get("required") and spec["location"] == "query" and name not in given:
                raise required(f"Required parameter: {name}")
        return {name: value for name, value in given.items() if name not in self.common}

    def check_request(self, method: Method, body: Json) -> None:
        """400 unless the body is what the method takes; null is allowed anywhere (PATCH)."""
        if method.request is None:
            return
        if not isinstance(body, dict):
            raise bad_request("Invalid JSON payload received.")
        error = next(self._validator(method.request, request=True).iter_errors(body), None)
        if error is not None:
            raise _refusal(error)

    def problems(self, schema: str | None, body: Json) -> list[str]:
        """What is wrong with an answer; empty when Google could have given it."""
        if schema is None:
            return []
        found = self._validator(schema, request=False).iter_errors(body)
        return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in found]

    def _validator(self, schema: str, *, request: bool) -> jsonschema_rs.Validator:
        key = (schema, request)
        if key not in self._compiled:
            definitions = {name: _strict(one, request=request) for name, one in self.schemas.items()}
            document = {"$ref": f"#/$defs/{schema}", "$defs": definitions}
            self._compiled[key] = jsonschema_rs.Draft202012Validator(document, validate_formats=not request)
        return self._compiled[key]


def _typed(name: str, text: str, spec: dict[str, Any]) -> Json:
    if "enum" in spec and text not in spec["enum"]:
        raise invalid_parameter(name, f"Invalid string value: '{text}'. Allowed values: [{', '.join(spec['enum'])}]")
    if spec["type"] == "boolean":
        if text.lower() not in _TRUE | _FALSE:
            raise invalid_parameter(name, f"Invalid boolean value: '{text}'.")
        return text.lower() in _TRUE
    if spec["type"] == "integer":
        return _integer(name, text, spec)
    return text


def _integer(name: str, text: str, spec: dict[str, Any]) -> int:
    if not re.fullmatch(r"-?\d{1,10}", text):
        raise invalid_parameter(name, f"Invalid integer value: '{text}'.")
    low, high = int(spec.get("minimum", -(2**31))), int(spec.get("maximum", 2**31 - 1))
    if not low <= int(text) <= high:
        raise invalid_parameter(name, f"Invalid value '{text}'. Values must be within the range: [{low}, {high}]")
    return int(text)


def _refusal(error: jsonschema_rs.ValidationError) -> GoogleError:
    path = ".".join(str(part) for part in error.instance_path)
    unexpected = getattr(error.kind, "unexpected", None)
    if unexpected:
        where = f" at '{path}'" if path else ""
        return bad_request(f'Invalid JSON payload received. Unknown name "{unexpected[0]}"{where}: Cannot find field.')
    return bad_request(f"Invalid value at '{path}': {error.message}")


def _strict(schema: Json, *, request: bool) -> Json:
    """JSON Schema of a discovery schema: nothing unknown; in requests null means "unset"."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if schema.get("type") == "any":
        return {}
    made = {name: schema[name] for name in _KEPT if name in schema}
    if "properties" in made:
        made["properties"] = {name: _strict(one, request=request) for name, one in made["properties"].items()}
        made.setdefault("additionalProperties", False)
    for name in ("items", "additionalProperties"):
        if isinstance(made.get(name), dict):
            made[name] = _strict(made[name], request=request)
    return _loose(made) if request else _exact(made)


def _exact(made: dict[str, Any]) -> dict[str, Any]:
    if made.get("format") == "int64":
        return {"type": "string", "pattern": r"^-?\d+$"}
    return made


def _loose(made: dict[str, Any]) -> dict[str, Any]:
    # Google's JSON reader takes numbers as text and the other way round.
    kinds = [made["type"], "null"]
    if made.get("format") == "int64" or made["type"] == "integer":
        kinds = ["integer", "string", "null"]
        return {"type": kinds, "pattern": r"^-?\d+$"}
    return made | {"type": kinds}


@cache
def discovery() -> Discovery:
    """The compiled document of the installed google-api-python-client."""
    source = files("googleapiclient") / "discovery_cache" / "documents" / "calendar.v3.json"
    document = json.loads(source.read_text("utf-8"))
    methods = [_method(one) for resource in document["resources"].values() for one in resource["methods"].values()]
    system = {name: {"type": "string", "location": "query"} for name in _SYSTEM}
    return Discovery(methods, document["parameters"] | system, document["schemas"])


def _method(spec: dict[str, Any]) -> Method:
    return Method(
        id=spec["id"],
        http=spec["httpMethod"],
        path=tuple(spec["path"].split("/")),
        parameters=spec.get("parameters", {}),
        request=spec.get("request", {}).get("$ref"),
        response=spec.get("response", {}).get("$ref"),
    )
