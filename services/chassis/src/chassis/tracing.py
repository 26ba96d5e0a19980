"""Traces: OpenTelemetry, exported where a collector is configured; the context travels in message headers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from chassis.settings import ChassisSettings

_tracer = trace.get_tracer("chassis")


def configure_tracing(settings: ChassisSettings, *, service: str) -> None:
    """Export spans to the collector of the settings; without one, do nothing."""
    if settings.otlp_endpoint is None:
        return
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, headers: Mapping[str, str]) -> Iterator[None]:
    """Do the work inside as a span that continues the trace in the headers, if there is one."""
    with _tracer.start_as_current_span(name, context=propagate.extract(dict(headers))):
        yield
