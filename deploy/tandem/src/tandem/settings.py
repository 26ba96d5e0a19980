"""Where the services and the broker are, and who is asking: options, TANDEM_* variables, or the sandbox's file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import httpx
from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tandem.errors import CommandFailed, Exit

SANDBOX_FILE = Path("var/sandbox/settings.env")
"""What `make run` writes; found from the folder of the checkout, and those below it."""

ServiceName = Literal["connector", "mapper", "activity-store"]


class Settings(BaseSettings):
    """What a command needs; the names are those of the services where they mean the same."""

    model_config = SettingsConfigDict(env_prefix="TANDEM_", frozen=True, env_ignore_empty=True, extra="ignore")

    connector_url: str | None = Field(default=None, description="Address of the connector")
    mapper_url: str | None = Field(default=None, description="Address of the mapper")
    activity_store_url: str | None = Field(default=None, description="Address of the activity store")
    public_url: str | None = Field(default=None, description="The connector's, where no other is given (sandbox)")
    token: str | None = Field(default=None, repr=False, description="Bearer token with the claim `operator`")
    jwt_secret: str | None = Field(default=None, repr=False, description="Makes a token where none is given (sandbox)")
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    kafka_bootstrap: str | None = Field(default=None, description="host:port list of the Kafka brokers")
    kafka_ca_file: Path | None = None
    kafka_username: str | None = None
    kafka_password: str | None = Field(default=None, repr=False)
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    kafka_certificate_file: Path | None = None
    kafka_key_file: Path | None = None

    def address_of(self, service: ServiceName) -> str:
        """Return where a service is; in the sandbox the three stand side by side, the connector first."""
        named = {"connector": self.connector_url, "mapper": self.mapper_url, "activity-store": self.activity_store_url}
        if address := named[service]:
            return address.rstrip("/")
        public = httpx.URL(self.public_url) if self.public_url else None
        if public is None or public.port is None:
            variable = f"TANDEM_{service.upper().replace('-', '_')}_URL"
            raise CommandFailed(Exit.USAGE, f"where is the {service}? Give --{service}-url or set {variable}")
        offset = list(named).index(service)
        return str(public.copy_with(port=public.port + offset)).rstrip("/")


def load_settings(env_file: Path | None, given: Mapping[str, Any]) -> Settings:
    """Return the settings: what is given wins over the environment, and that over the file."""
    file = env_file or _sandbox_file()
    values = _read(file) if file else {}
    try:
        from_environment = Settings()
        explicit = {name: getattr(from_environment, name) for name in from_environment.model_fields_set}
        return Settings(**values | explicit | {name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)
        )
        raise CommandFailed(Exit.USAGE, f"settings: {wrong}") from None


def _sandbox_file() -> Path | None:
    here = Path.cwd()
    return next((folder / SANDBOX_FILE for folder in (here, *here.parents) if (folder / SANDBOX_FILE).is_file()), None)


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise CommandFailed(Exit.USAGE, f"there is no file {file}")
    lines = dotenv_values(file, interpolate=False)
    known = {f"TANDEM_{name.upper()}": name for name in Settings.model_fields}
    return {known[name]: value for name, value in lines.items() if name in known and value}
