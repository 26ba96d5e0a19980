"""OpenAPI as it is: FastAPI's default 422 is replaced by the problem that is really answered."""

from typing import Any

from fastapi import FastAPI

from chassis.problems import ProblemBody, problem_responses

_REPLACED = ("HTTPValidationError", "ValidationError")


def _declare_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    body = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= body.pop("$defs", {}) | {"ProblemBody": body}
    declared = problem_responses(422)[422]
    for path in document.get("paths", {}).values():
        for operation in path.values():
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                operation["responses"]["422"] = declared
    return document


def install_openapi(app: FastAPI) -> None:
    """Make `/openapi.json` of the app declare every error as problem+json."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _declare_problems(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the hook FastAPI documents for extending OpenAPI
