"""docs/http.md promises what the services' OpenAPI documents, problem codes and settings hold, and marks the rest."""

import base64
import re
from collections.abc import Mapping

import pytest
from fastapi import FastAPI

import activity_store.app
import activity_store.settings
import connector.app
import connector.settings
import mapper.app
import mapper.settings
from tests.unit.docs.citations import PYTHON, ROOT, name

TEXT = (ROOT / "docs" / "http.md").read_text()
NOT_BUILT = re.compile(r"\*\*not yet built", re.IGNORECASE)
ROWS = [line for line in TEXT.splitlines() if line.startswith("|")]
BUILT = [line for line in ROWS if not NOT_BUILT.match(line.rpartition(" | ")[2])]
CALL = re.compile(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) /\S*)` \|")
NOWHERE = {"kafka_bootstrap": "127.0.0.1:1", "mongo_url": "mongodb://127.0.0.1:1", "jwt_secret": "secret" * 6}
CREDENTIALS = {
    "credential_keys": f"k1:{base64.b64encode(bytes(32)).decode()}",
    "google_client_id": "client",
    "google_client_secret": "secret",
    "microsoft_client_id": "client",
    "microsoft_client_secret": "secret",
}
PAGES = {"GET /calendar-sync", "GET /operator"}
"""Pages for people are in no OpenAPI document."""


def apps() -> Mapping[str, FastAPI]:
    return {
        "connector": connector.app.make_app(connector.settings.ConnectorSettings.model_validate(NOWHERE | CREDENTIALS)),
        "mapper": mapper.app.make_app(mapper.settings.MapperSettings.model_validate(NOWHERE)),
        "activity-store": activity_store.app.make_app(activity_store.settings.Settings.model_validate(NOWHERE)),
    }


@pytest.mark.parametrize("service", ["connector", "mapper", "activity-store"])
def test_every_call_of_a_service_is_described_and_none_else(service: str) -> None:
    section = TEXT.partition(f"\n## {service}\n")[2].partition("\n## ")[0]
    common = TEXT.partition("\n## Every service\n")[2].partition("\n## ")[0]
    rows = [row for row in BUILT if row in section or row in common]
    described = {match[1] for row in rows if (match := CALL.match(row))} - PAGES
    paths = apps()[service].openapi()["paths"]
    assert described == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_problem_code_is_one_that_a_service_gives() -> None:
    table = TEXT.partition("### Problems")[2].partition("\n### ")[0]
    codes = [code for row in BUILT if row in table for code in re.findall(r"`([a-z_]+)`", row.split("|")[1])]
    code = "\n".join(path.read_text() for path in PYTHON if name(path).startswith("services/"))
    assert len(codes) > 10
    assert [one for one in codes if f'"{one}"' not in code] == []


def test_every_setting_is_read_by_a_service() -> None:
    read = {
        f"TANDEM_{field.upper()}"
        for settings in (
            connector.settings.ConnectorSettings,
            mapper.settings.MapperSettings,
            activity_store.settings.Settings,
        )
        for field in settings.model_fields
    }
    named = {setting for row in BUILT for setting in re.findall(r"`(TANDEM_\w+)`", row)}
    assert len(named) > 10
    assert named <= read
