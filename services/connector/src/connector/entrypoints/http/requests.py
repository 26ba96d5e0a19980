"""What requests to the connector may hold; unknown fields are refused."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from connector.domain.connection.settings_change import SettingsChange

Email = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]

Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
Username = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=320)]
ServerUrl = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048)]
LOGIN_FIELDS = ("password", "username", "server_url")
"""What only a provider that takes passwords is given."""


class ConnectRequest(SettingsChange):
    """Connect a calendar account; any setting may be given along."""

    provider: str = Field(description="google, outlook, office365 or exchange")
    email: Email = Field(description="address of the calendar account")
    password: Password | None = Field(default=None, description="exchange only; an app password under 2FA")
    username: Username | None = Field(default=None, description="exchange only; default: the e-mail address")
    server_url: ServerUrl | None = Field(default=None, description="exchange only; found by autodiscover where absent")

    def given_settings(self) -> dict[str, Any]:
        """Return the settings that were given along."""
        return self.given()


class ReauthorizeRequest(BaseModel):
    """Sign in anew: with a password where the provider takes one, else with nothing given."""

    model_config = ConfigDict(extra="forbid")

    password: Password | None = Field(default=None, description="exchange only: the new password")
    username: Username | None = Field(default=None, description="exchange only; default: as before")
    server_url: ServerUrl | None = Field(default=None, description="exchange only; default: as before")


class NoFields(BaseModel):
    """An action to which nothing is given."""

    model_config = ConfigDict(extra="forbid")


class ConfirmRequest(BaseModel):
    """Answer a brake (H4): the items are deleted, or what was deleted is created again from the other side."""

    model_config = ConfigDict(extra="forbid")

    brake_id: str
    action: Literal["delete", "restore"]
