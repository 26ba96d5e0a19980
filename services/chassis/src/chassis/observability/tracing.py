"""Traces: OpenTelemetry, exported where a collector is configured; the context travels in message headers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import ClassVar

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from chassis.settings import ChassisSettings

_tracer = trace.get_tracer("chassis")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class _Tracing:
    """Whether spans are exported: without a collector they cost more than a message's own work."""

    configured: ClassVar[bool] = False


def configure_tracing(settings: ChassisSettings, *, service: str) -> None:
    """Export spans to the collector of the settings; without one, do nothing."""
    if settings.otlp_endpoint is None:
        return
    _Tracing.configured = True
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def trace_headers() -> Mapping[str, str]:
    """Return the headers that carry the present trace on; none without a collector."""
    if not _Tracing.configured:
        return _NOTHING
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


@contextmanager
def span(name: str, headers: Mapping[str, str]) -> Iterator[None]:
    """Do the work inside as a span that continues the trace in the headers, if there is one."""
    if not _Tracing.configured:
        yield
        return
    with _tracer.start_as_current_span(name, context=propagate.extract(dict(headers))):
        yield
