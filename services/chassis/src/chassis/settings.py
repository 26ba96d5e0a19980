"""Settings that every service shares; a service's own `Settings` inherits from these.

All come from environment variables with the prefix TANDEM_. Each field says why it exists.
"""

import sys
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import AnyHttpUrl, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.mongo_url import check_mongo_url, check_pem_file

EXIT_BAD_SETTINGS = 2


class KafkaSettings(BaseSettings):
    """How Kafka is reached: all that a program needs which only talks to it."""

    model_config = SettingsConfigDict(env_prefix="TANDEM_", frozen=True, env_ignore_empty=True, extra="ignore")

    kafka_bootstrap: str = Field(min_length=1, description="host:port list of the Kafka brokers to start from")
    kafka_idempotence: bool = Field(
        default=False,
        description="Idempotent producer: retries make no duplicates, but after one refused batch a partition takes "
        "nothing more until the restart (docs/brokers.md). Our consumers pass over duplicates",
    )
    kafka_fetch_max_wait_ms: int = Field(
        default=500,
        gt=0,
        description="How long the broker may hold an empty fetch; Kafka answers as soon as there is data. The sandbox "
        "sets 1 and pauses instead: its broker does not",
    )
    kafka_fetch_pause_ms: int = Field(
        default=0,
        ge=0,
        description="How long to wait after an empty fetch before the next one, for a broker that does not answer when "
        "there is data (the sandbox's)",
    )
    kafka_idle_fetch_pause_ms: int | None = Field(
        default=None,
        gt=0,
        description="The same while nothing happens in the service, and until something does; nothing given, no "
        "difference",
    )
    kafka_session_timeout_ms: int = Field(
        default=6000,
        ge=1000,
        description="How long the group waits for a consumer that went away without a word: what a crash costs. Apache "
        "Kafka refuses less than its group.min.session.timeout.ms, 6000 by default",
    )
    kafka_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authority that signed the brokers' certificates; given, all goes over TLS",
    )
    kafka_username: str | None = Field(
        default=None, min_length=1, description="Our user at Kafka (SASL); needs TANDEM_KAFKA_CA_FILE"
    )
    kafka_password: str | None = Field(
        default=None, min_length=1, repr=False, description="Password of TANDEM_KAFKA_USERNAME"
    )
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        default="SCRAM-SHA-512", description="How TANDEM_KAFKA_USERNAME proves that it knows its password"
    )
    kafka_certificate_file: Path | None = Field(
        default=None, description="PEM file of our own certificate (mutual TLS); needs TANDEM_KAFKA_KEY_FILE"
    )
    kafka_key_file: Path | None = Field(
        default=None, description="PEM file of the key of TANDEM_KAFKA_CERTIFICATE_FILE"
    )

    @model_validator(mode="after")
    def _kafka_is_told_in_full(self) -> Self:
        if (self.kafka_username is None) != (self.kafka_password is None):
            raise ValueError("TANDEM_KAFKA_USERNAME and TANDEM_KAFKA_PASSWORD go together")
        if (self.kafka_certificate_file is None) != (self.kafka_key_file is None):
            raise ValueError("TANDEM_KAFKA_CERTIFICATE_FILE and TANDEM_KAFKA_KEY_FILE go together")
        if self.kafka_ca_file is None and (self.kafka_username or self.kafka_certificate_file):
            raise ValueError("a Kafka password or certificate needs TANDEM_KAFKA_CA_FILE: it would go out without TLS")
        return self


class ChassisSettings(KafkaSettings):
    """What any of our services needs to run."""

    mongo_url: str = Field(
        min_length=1,
        repr=False,
        description="mongodb:// or mongodb+srv:// address of the server or replica set with its options, user and "
        "password among them (percent-encoded); unknown options, and those that turn verification off, are refused",
    )
    mongo_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authority that signed the database's certificate; given, all goes over TLS. "
        "Without one, tls=true in TANDEM_MONGO_URL trusts the system's authorities",
    )
    mongo_certificate_key_file: Path | None = Field(
        default=None,
        description="PEM file of our own certificate and its key, for a database that asks for one; with "
        "authMechanism=MONGODB-X509 in TANDEM_MONGO_URL it is also who we are",
    )
    mongo_database: str = Field(default="tandem", min_length=1, description="Each service owns a database of its own")
    jwt_secret: str | None = Field(
        default=None,
        min_length=16,
        repr=False,
        description="Shared secret of HS256 tokens (sandbox). Either this or TANDEM_JWKS_URL",
    )
    jwks_url: str | None = Field(
        default=None,
        description="Where the identity provider publishes its RS256/ES256 keys. Either this or TANDEM_JWT_SECRET",
    )
    jwt_issuer: str | None = Field(
        default=None,
        description="What a token's `iss` must be; where the identity provider's keys sign for others too, set it",
    )
    jwt_audience: str | None = Field(
        default=None,
        description="What a token's `aud` must be or hold, so that a token made for another service opens nothing here",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8001", description="Our address as providers and browsers see it: they call it back"
    )
    sign_in_url: str | None = Field(
        default=None, description="Where people sign in, for the pages of who is signed out; nothing given: no link"
    )
    connector_url: str | None = Field(
        default=None,
        description="The connector as the other services see it, whose pages ask it; and as browsers do, unless "
        "TANDEM_PAGES_URL is given",
    )
    mapper_url: str | None = Field(
        default=None, description="The mapper, which the pages ask for links and explanations"
    )
    activity_store_url: str | None = Field(default=None, description="The activity store, likewise")
    pages_url: str | None = Field(
        default=None,
        description="The one host that shows browsers the pages of all services, where there is one (an Ingress); "
        "nothing given: each service's own address above",
    )
    frame_ancestor: str | None = Field(
        default=None,
        description="The one origin whose pages may show ours in a frame (the sandbox's start page); nobody else may",
    )
    http_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address on which HTTP listens; a container, whose platform reaches it from outside, sets 0.0.0.0",
    )
    port: int = Field(
        default=8000, ge=1, le=65535, description="Port on which HTTP listens; each service has a default of its own"
    )
    management_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on which alone /livez, /readyz, /metrics and /asyncapi are answered, so that a network "
        "can keep them from the outside; nothing given: on TANDEM_PORT, with the rest",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severity that is written"
    )
    otlp_endpoint: str | None = Field(
        default=None, description="OpenTelemetry collector (OTLP over HTTP); without one no traces are exported"
    )
    otlp_sample_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        json_schema_extra={"unit": "share"},
        description="Share of the traces that begin here which are exported; one that came with a message goes on as "
        "it began. Under much load a hundredth is enough",
    )
    metrics_count_seconds: float = Field(
        default=60,
        gt=0,
        description="How old what is counted in the database (links, connections, subscriptions, dead letters) may be "
        "before a scrape of /metrics counts anew; a count that takes long is made more rarely",
    )
    clock_file: Path | None = Field(
        default=None,
        description="Sandbox and tests only: a file with the seconds by which the clock is shifted, read when changed",
    )
    republish_on_start: bool = Field(
        default=False,
        description="Publish all compacted state anew at the start: set after the broker has lost its data",
    )
    shutdown_seconds: float = Field(
        default=20.0,
        gt=0,
        description="How long a stop waits for the requests in flight, and then for the batches in flight. All of a "
        "stop takes at most TANDEM_DRAIN_SECONDS, twice this and 33 s more: keep the pod's "
        "terminationGracePeriodSeconds above that",
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        description="How long a stop goes on taking requests first, each connection's last one, until every balancer "
        "has heard that we go; on Kubernetes 5",
    )

    @property
    def store_pages(self) -> str | None:
        """Where browsers find the activity store's pages."""
        return self.pages_url or self.activity_store_url

    @property
    def connector_pages(self) -> str | None:
        """Where browsers find the connector's pages."""
        return self.pages_url or self.connector_url

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("mongo_url")
    @classmethod
    def _is_mongo(cls, value: str) -> str:
        check_mongo_url(value)
        return value

    @field_validator("mongo_ca_file", "mongo_certificate_key_file")
    @classmethod
    def _is_pem(cls, value: Path | None, field: ValidationInfo) -> Path | None:
        if value:
            check_pem_file(value, with_key=field.field_name == "mongo_certificate_key_file")
        return value

    @field_validator(
        "public_url",
        "jwks_url",
        "otlp_endpoint",
        "sign_in_url",
        "connector_url",
        "mapper_url",
        "activity_store_url",
        "pages_url",
        "frame_ancestor",
    )
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        return value if value is None else str(AnyHttpUrl(value)).rstrip("/")

    @model_validator(mode="after")
    def _one_way_to_verify(self) -> Self:
        if (self.jwt_secret is None) == (self.jwks_url is None):
            raise ValueError("set exactly one of TANDEM_JWT_SECRET and TANDEM_JWKS_URL")
        return self

    @model_validator(mode="after")
    def _two_ports(self) -> Self:
        if self.management_port == self.port:
            raise ValueError("TANDEM_MANAGEMENT_PORT must be another port than TANDEM_PORT")
        return self


S = TypeVar("S", bound=KafkaSettings)


def _one_line(error: ValidationError) -> str:
    parts = (
        f"TANDEM_{str(item['loc'][0]).upper()}: {item['msg']}" if item["loc"] else item["msg"]
        for item in error.errors(include_input=False, include_url=False)
    )
    return "; ".join(parts)


def load_settings(cls: type[S], **given: Any) -> S:  # noqa: ANN401 - settings of any type
    """Read the settings from the environment; where one is missing or malformed, say so in one line and exit with 2.

    What is `given` wins over the environment.
    """
    try:
        return cls(**given)
    except ValidationError as error:
        print(f"settings: {_one_line(error)}", file=sys.stderr)  # noqa: T201 - before logging is set up, for people
        raise SystemExit(EXIT_BAD_SETTINGS) from None
