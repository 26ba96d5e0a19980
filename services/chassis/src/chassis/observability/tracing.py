"""Traces: OpenTelemetry, exported where a collector is configured; the context travels in message headers.

A span says what was done, for how long and with what outcome; never what it was done with: no address, no id of a
person or item, no text of an error.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import MappingProxyType
from typing import ClassVar, Final

from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from chassis.observability.correlation import current_correlation_id
from chassis.settings import ChassisSettings

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_CORRELATION: Final = "tandem.correlation_id"


class _Tracing:
    """The tracer of this process; none without a collector: spans cost more than a message's own work."""

    tracer: ClassVar[Tracer | None] = None


def configure_tracing(settings: ChassisSettings, *, service: str, processor: SpanProcessor | None = None) -> None:
    """Export spans to the collector of the settings, or to a processor; without either, make none.

    Of traces that begin here, the share of the settings is kept; one that came with a message is kept as it was there.
    """
    if processor is None and settings.otlp_endpoint is None:
        _Tracing.tracer = None
        return
    sampler = ParentBased(TraceIdRatioBased(settings.otlp_sample_ratio))
    provider = TracerProvider(sampler=sampler, resource=Resource.create({SERVICE_NAME: service}))
    provider.add_span_processor(processor or BatchSpanProcessor(_exporter(settings)))
    _Tracing.tracer = provider.get_tracer("chassis")


def _exporter(settings: ChassisSettings) -> OTLPSpanExporter:
    return OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")


def tracing_is_on() -> bool:
    """Whether spans are made in this process."""
    return _Tracing.tracer is not None


def trace_headers() -> Mapping[str, str]:
    """Return the headers that carry the present trace on; none without a collector."""
    if _Tracing.tracer is None:
        return _NOTHING
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str] = _NOTHING,
    context: Context | None = None,
) -> Iterator[Span | None]:
    """Do the work inside as a span, which is given; None without a collector. `context`: what it continues."""
    tracer = _Tracing.tracer
    if tracer is None:
        yield None
        return
    # What an exception says may be private: the library would export its text and its traceback.
    quiet = tracer.start_as_current_span(
        name, context, kind, {**attributes}, record_exception=False, set_status_on_exception=False
    )
    with quiet as current:
        try:
            yield current
        except Exception as error:
            current.set_status(Status(StatusCode.ERROR))
            current.set_attribute("error.type", type(error).__name__)
            raise


@contextmanager
def call_span(name: str) -> Iterator[None]:
    """Ask somebody outside for something, as a span."""
    with span(name, kind=SpanKind.CLIENT):
        yield


def message_span(topic: str, headers: Mapping[str, str]) -> AbstractContextManager[Span | None]:
    """Process a message as a span that continues the trace in its headers, if there is one."""
    if _Tracing.tracer is None:  # asked for every record: what follows, and a generator, would be a tenth of its cost
        return nullcontext()
    attributes = {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": topic,
        _CORRELATION: current_correlation_id(),
    }
    context = propagate.extract(dict(headers))
    return span(f"{topic} process", kind=SpanKind.CONSUMER, attributes=attributes, context=context)


@contextmanager
def request_span(method: str) -> Iterator[Span | None]:
    """Answer a request as a span, which begins a trace: strangers outside do not decide what is traced."""
    attributes = {"http.request.method": method, _CORRELATION: current_correlation_id()}
    with span(method, kind=SpanKind.SERVER, attributes=attributes, context=Context()) as current:
        yield current
