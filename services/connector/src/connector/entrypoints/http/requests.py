"""What requests to the connector may hold; unknown fields are refused."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connector.domain.connection.settings_change import SettingsChange

Email = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]


class ConnectRequest(SettingsChange):
    """Connect a calendar account; any setting may be given along."""

    provider: str = Field(description="google, outlook, office365 or exchange")
    email: Email = Field(description="address of the calendar account")
    password: str | None = Field(default=None, repr=False, description="exchange only; an app password under 2FA")
    server_url: str | None = Field(default=None, description="exchange only; found by autodiscover where absent")

    def given_settings(self) -> dict[str, Any]:
        """Return the settings that were given along."""
        return self.given()


class ConfirmRequest(BaseModel):
    """Answer a brake (H4): the items are deleted, or what was deleted is created again from the other side."""

    model_config = ConfigDict(extra="forbid")

    brake_id: str
    action: Literal["delete", "restore"]
