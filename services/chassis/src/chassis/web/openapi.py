"""OpenAPI as it is: FastAPI's default 422 is replaced by the problem that is really answered."""

from typing import Any

from fastapi import FastAPI

from chassis.web.problems import ProblemBody, problem_responses

_REPLACED = ("HTTPValidationError", "ValidationError")


def _declare_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    body = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= body.pop("$defs", {}) | {"ProblemBody": body}
    for path in document.get("paths", {}).values():
        for operation in path.values():
            _declare_in(operation)
    return document


def _declare_in(operation: dict[str, Any]) -> None:
    """Declare what any operation may answer: a defect, an outage and, where it takes a body, an unreadable one."""
    responses = operation["responses"]
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]
        responses |= _named(422)
    common = _named(400, 413, 500, 503) if "requestBody" in operation else _named(500, 503)
    operation["responses"] = common | responses


def _named(*statuses: int) -> dict[str, Any]:
    return {str(status): declared for status, declared in problem_responses(*statuses).items()}


def install_openapi(app: FastAPI) -> None:
    """Make `/openapi.json` of the app declare every error as problem+json."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _declare_problems(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the hook FastAPI documents for extending OpenAPI
