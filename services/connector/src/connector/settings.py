"""The connector's settings: what the chassis needs, credentials' keys, the providers' addresses, and the polling."""

import re
import ssl
from datetime import timedelta

from pydantic import AnyHttpUrl, Field, ValidationInfo, field_validator

from chassis.encryption import Cipher
from chassis.settings import ChassisSettings
from connector.domain.connection.reads import PollingPolicy

_HOST = re.compile(r"[\w.-]{1,253}|[0-9a-f:]{2,39}")


class ConnectorSettings(ChassisSettings):
    """Settings of the connector; the defaults of addresses are the providers' real ones."""

    mongo_database: str = Field(default="tandem_connector", min_length=1, description="Each service owns its own")
    port: int = Field(default=8001, ge=1, le=65535, description="Port on which HTTP listens")
    credential_keys: str = Field(
        min_length=1,
        repr=False,
        description="Keys that encrypt tokens at rest, id:base64 of 32 bytes each, comma-separated: the first "
        "encrypts, any decrypts, so that keys can be rotated",
    )
    google_api_url: str = Field(
        default="https://www.googleapis.com",
        description="Root of Google's API, without /calendar/v3; a simulator's in tests",
    )
    google_auth_url: str = Field(
        default="https://accounts.google.com/o/oauth2/v2/auth", description="Where the user's browser gives consent"
    )
    google_token_url: str = Field(
        default="https://oauth2.googleapis.com/token", description="Where codes and refresh tokens are exchanged"
    )
    google_revoke_url: str = Field(
        default="https://oauth2.googleapis.com/revoke", description="Where a grant is given back at the stop (K1)"
    )
    google_client_id: str = Field(min_length=1, description="Our OAuth client at Google")
    google_client_secret: str = Field(min_length=1, repr=False, description="Secret of TANDEM_GOOGLE_CLIENT_ID")
    graph_url: str = Field(
        default="https://graph.microsoft.com/v1.0", description="Microsoft Graph, with /v1.0; a simulator's in tests"
    )
    microsoft_login_url: str = Field(
        default="https://login.microsoftonline.com", description="Root of Microsoft's login, without tenant"
    )
    microsoft_client_id: str = Field(
        default="", description="Our OAuth client at Microsoft; without one, outlook and office365 are not offered"
    )
    microsoft_client_secret: str = Field(
        default="", repr=False, validate_default=True, description="Secret of TANDEM_MICROSOFT_CLIENT_ID"
    )
    exchange_allowed_hosts: str = Field(
        default="",
        description="Exchange servers in private networks, or without TLS, that users may connect to all the same: "
        "host names, comma-separated. Users name the server, so all others must be public and use https (SSRF)",
    )
    exchange_ca_bundle: str | None = Field(
        default=None,
        description="File (PEM) with authorities whose certificates are trusted for Exchange servers, beside the "
        "public ones: many organisations issue their own",
    )
    exchange_threads: int = Field(
        default=64,
        ge=4,
        le=512,
        json_schema_extra={"unit": "threads"},
        description="Calls to Exchange servers at a time: each holds a thread while it waits. One server gets "
        "half of them at most, so that one that hangs leaves the rest",
    )
    poll_seconds: float = Field(
        default=300, gt=0, description="Safety poll: notifications get lost, so every calendar is read this often"
    )
    poll_longest_seconds: float = Field(
        default=3600,
        gt=0,
        description="Longest time between two safety polls: where push has announced every change, so that polls find "
        "nothing, each of them doubles the time to the next, up to this",
    )
    poll_without_push_seconds: float = Field(
        default=60,
        gt=0,
        description="Time between two polls where the provider does not push; TANDEM_POLL_SECONDS where that is less",
    )
    debounce_seconds: float = Field(
        default=1, ge=0, description="At most one read per connection in this time: notifications come in bursts"
    )
    second_look_seconds: float = Field(
        default=2,
        gt=0,
        description="After this time a read is repeated that a notification asked for and that found nothing",
    )
    scheduler_seconds: float = Field(default=0.25, gt=0, description="How often due work is looked for")
    background_per_second: float = Field(
        default=100,
        ge=1,
        json_schema_extra={"unit": "connections/s"},
        description="Connections a second that a pod takes up at most for work that can wait (polls, daily reads, "
        "renewals, retries); less while the provider refuses or does not answer",
    )
    google_writes_at_once: int = Field(
        default=8,
        ge=1,
        le=32,
        json_schema_extra={"unit": "calls"},
        description="Writes of one connection that are at Google together at most; fewer while it refuses for load",
    )
    microsoft_writes_at_once: int = Field(
        default=4,
        ge=1,
        le=4,
        json_schema_extra={"unit": "calls"},
        description="The same at Microsoft, which answers four calls for a mailbox at a time",
    )
    exchange_writes_at_once: int = Field(
        default=1,
        ge=1,
        le=8,
        json_schema_extra={"unit": "calls"},
        description="The same at an Exchange server; each holds a thread (TANDEM_EXCHANGE_THREADS)",
    )
    provider_timeout_seconds: float = Field(
        default=10,
        gt=0,
        le=25,
        description="Time limit of one call to a provider, below the life of a lease; a slow one gets up to 25 s",
    )

    @field_validator(
        "google_api_url",
        "google_auth_url",
        "google_token_url",
        "google_revoke_url",
        "graph_url",
        "microsoft_login_url",
    )
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(AnyHttpUrl(value)).rstrip("/")

    @field_validator("microsoft_client_secret")
    @classmethod
    def _goes_with_a_client(cls, value: str, others: ValidationInfo) -> str:
        if bool(value) != bool(others.data.get("microsoft_client_id")):
            raise ValueError("goes with TANDEM_MICROSOFT_CLIENT_ID: both or neither")
        return value

    @field_validator("exchange_allowed_hosts")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        hosts = [host.strip().casefold().rstrip(".") for host in value.split(",") if host.strip()]
        if any(not _HOST.fullmatch(host) for host in hosts):
            raise ValueError("must be host names, comma-separated, without scheme, port or path")
        return ",".join(hosts)

    @field_validator("exchange_ca_bundle")
    @classmethod
    def _is_bundle(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            ssl.create_default_context().load_verify_locations(cafile=value)
        except (OSError, ssl.SSLError) as error:
            raise ValueError("must be a file with certificates (PEM)") from error
        return value

    @field_validator("credential_keys")
    @classmethod
    def _are_keys(cls, value: str) -> str:
        Cipher(value)
        return value

    @property
    def exchange_hosts(self) -> frozenset[str]:
        """Return the hosts of Exchange servers of which everything is allowed."""
        return frozenset(filter(None, self.exchange_allowed_hosts.split(",")))

    @property
    def writes_at_once(self) -> dict[str, int]:
        """Return how many writes of one connection may be at each provider together."""
        microsoft = dict.fromkeys(("outlook", "office365"), self.microsoft_writes_at_once)
        return {"google": self.google_writes_at_once, **microsoft, "exchange": self.exchange_writes_at_once}

    @property
    def policy(self) -> PollingPolicy:
        """Return how often calendars are read."""
        return PollingPolicy(
            poll=timedelta(seconds=self.poll_seconds),
            poll_longest=timedelta(seconds=self.poll_longest_seconds),
            poll_without_push=timedelta(seconds=self.poll_without_push_seconds),
            debounce=timedelta(seconds=self.debounce_seconds),
            second_look=timedelta(seconds=self.second_look_seconds),
        )
