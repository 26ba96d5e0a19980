"""Writes docs/reference/settings.md and docs/reference/metrics.md (`make docs`).

Both come from what settings and metrics say of themselves.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import annotated_types
from prometheus_client.metrics import MetricWrapperBase
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import activity_store
import chassis
import connector
import mapper
from activity_store.settings import Settings
from chassis.settings import ChassisSettings
from connector.settings import ConnectorSettings
from mapper.settings import MapperSettings

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference"
SERVICES: Final[Mapping[str, type[ChassisSettings]]] = {
    "connector": ConnectorSettings,
    "mapper": MapperSettings,
    "activity-store": Settings,
}
PACKAGES: Final[Mapping[str, ModuleType]] = {
    "Every service": chassis,
    "connector": connector,
    "mapper": mapper,
    "activity-store": activity_store,
}
_UNITS: Final = {"_seconds": "s", "_ms": "ms"}


def unit(name: str, field: FieldInfo) -> str:
    """Return the unit of a setting: the one it declares, else the one its name ends with, else none."""
    declared = field.json_schema_extra
    if isinstance(declared, Mapping):
        return str(declared["unit"])
    return next((sign for ending, sign in _UNITS.items() if name.endswith(ending)), "")


def own_settings(settings: type[ChassisSettings]) -> dict[str, FieldInfo]:
    """Return the fields that a service adds to the shared ones or declares otherwise."""
    shared = ChassisSettings.model_fields
    if settings is ChassisSettings:
        return dict(shared)
    return {name: field for name, field in settings.model_fields.items() if name in settings.__annotations__}


def metrics_of(package: ModuleType) -> list[MetricWrapperBase]:
    """Return the metrics that the modules of a package declare, by name."""
    found = {id(one): one for module in _modules(package) for one in vars(module).values() if _is_own(one, module)}
    return sorted(found.values(), key=_name)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def _is_own(value: object, module: ModuleType) -> bool:
    return isinstance(value, MetricWrapperBase) and module.__name__.endswith(".metrics")


def settings_page() -> str:
    """Return docs/reference/settings.md."""
    parts = [_SETTINGS_HEAD, "## Every service", _settings_table(ChassisSettings)]
    for service, settings in SERVICES.items():
        parts += [f"## {service}", _settings_table(settings)]
    return "\n\n".join(parts) + "\n"


def metrics_page() -> str:
    """Return docs/reference/metrics.md."""
    parts = [_METRICS_HEAD]
    for title, package in PACKAGES.items():
        if found := metrics_of(package):
            parts += [f"## {title}", _table(("Metric", "Type", "Labels", "Meaning"), map(_metric_row, found))]
    return "\n\n".join(parts) + "\n"


def _settings_table(settings: type[ChassisSettings]) -> str:
    rows = [_setting_row(name, field) for name, field in own_settings(settings).items()]
    return _table(("Variable", "Default", "Unit", "Allowed", "Meaning"), rows)


def _setting_row(name: str, field: FieldInfo) -> Sequence[str]:
    return (f"`TANDEM_{name.upper()}`", _default(field), unit(name, field), _allowed(field), field.description or "")


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if field.default in (None, ""):
        return "not set"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _allowed(field: FieldInfo) -> str:
    choices = getattr(field.annotation, "__args__", ())
    if choices and all(isinstance(one, str) for one in choices):
        return ", ".join(f"`{one}`" for one in choices)
    return ", ".join(filter(None, map(_bound, field.metadata)))


def _bound(rule: Any) -> str:
    match rule:
        case annotated_types.Gt(gt=least):
            return f"> {least}"
        case annotated_types.Ge(ge=least):
            return f"≥ {least}"
        case annotated_types.Le(le=most):
            return f"≤ {most}"
        case annotated_types.MinLen(min_length=length) if length > 1:
            return f"{length} characters or more"
        case _:
            return ""


def _name(metric: MetricWrapperBase) -> str:
    [described] = metric.describe()
    return f"{described.name}_total" if described.type == "counter" else described.name


def _metric_row(metric: MetricWrapperBase) -> Sequence[str]:
    [described] = metric.describe()
    labels = ", ".join(f"`{one}`" for one in metric._labelnames)
    return (f"`{_name(metric)}`", described.type, labels, described.documentation)


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


_SETTINGS_HEAD: Final = """# Settings

Generated by `make docs` from the descriptions in each service's `settings.py`; a test compares both.

All settings are environment variables, read once at the start; an empty one counts as not set. A mistake stops the
start with exit code 2 and one line that names the variable. `--host` and `--port` of `python -m <service>` win over
`TANDEM_HTTP_HOST` and `TANDEM_PORT`. The default address is the loopback interface: a container sets
`TANDEM_HTTP_HOST=0.0.0.0`; the sandbox stays on `127.0.0.1` whatever the environment says."""
_METRICS_HEAD: Final = """# Metrics

Generated by `make docs` from the metrics' own help texts; a test compares both.

Each service shows them at `/metrics` in Prometheus' format. A counter and a histogram also have the samples `_created`;
a histogram has `_bucket`, `_sum` and `_count`."""


def write() -> None:
    """Write both pages anew."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "settings.md").write_text(settings_page())
    (FOLDER / "metrics.md").write_text(metrics_page())


if __name__ == "__main__":
    write()
