"""A trace goes from request to message to message, and says nothing of what they are about."""

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.observability.tracing import (
    configure_tracing,
    message_span,
    request_span,
    span,
    trace_headers,
    tracing_is_on,
)
from chassis.settings import ChassisSettings

SECRET = "shared secret of the tests"


def settings(**given: object) -> ChassisSettings:
    return ChassisSettings.model_validate(
        {"kafka_bootstrap": "k:1", "mongo_url": "mongodb://m", "jwt_secret": SECRET} | given
    )


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def configure(exported: InMemorySpanExporter, **given: object) -> None:
    configure_tracing(settings(**given), service="mapper", processor=SimpleSpanProcessor(exported))


@pytest.fixture(autouse=True)
def off_again() -> object:
    yield
    configure_tracing(settings(), service="none")


def test_without_a_collector_there_are_no_spans_and_no_headers() -> None:
    configure_tracing(settings(), service="mapper")
    with request_span("GET") as current, message_span("a.v1", {}), span("inside") as inner:
        assert (current, inner, trace_headers()) == (None, None, {})
    assert not tracing_is_on()


def test_a_message_continues_the_trace_of_the_request_that_sent_it(exported: InMemorySpanExporter) -> None:
    configure(exported)
    with request_span("POST"):
        headers = trace_headers()
    with message_span("a.v1", headers), span("google create"):
        pass
    request, call, message = exported.get_finished_spans()
    assert request.context
    assert {one.context.trace_id for one in (request, message, call) if one.context} == {request.context.trace_id}
    assert message.parent is not None
    assert message.parent.span_id == request.context.span_id
    assert request.resource.attributes["service.name"] == "mapper"


def test_g2_an_error_is_known_by_its_type_alone(exported: InMemorySpanExporter) -> None:
    configure(exported)
    with pytest.raises(ValueError, match="canary"), message_span("a.v1", {}):
        raise ValueError("canary")
    [one] = exported.get_finished_spans()
    assert one.attributes is not None
    assert one.attributes["error.type"] == "ValueError"
    assert "canary" not in one.to_json()


def test_a_trace_that_was_left_out_stays_so_and_one_that_was_not_goes_on(exported: InMemorySpanExporter) -> None:
    configure(exported, otlp_sample_ratio=0)
    with request_span("POST"):
        left_out = trace_headers()
    with message_span("a.v1", left_out):
        pass
    assert exported.get_finished_spans() == ()
    sampled = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with message_span("a.v1", sampled):
        pass
    assert [one.name for one in exported.get_finished_spans()] == ["a.v1 process"]
