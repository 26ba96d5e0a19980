"""When an event takes place: an instant span with its zone, or plain days. Never flattened to UTC alone (D6)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.envelope import Value


class Timed(Value):
    """From one instant to another, with the IANA zone that people see it in (RFC 5545 DTSTART with TZID)."""

    kind: Literal["timed"] = "timed"
    start: AwareDatetime = Field(description="UTC")
    end: AwareDatetime = Field(description="UTC, exclusive, not before start")
    timezone: str = Field(description="IANA name")


class AllDay(Value):
    """Whole days, without a zone (RFC 5545 VALUE=DATE)."""

    kind: Literal["all_day"] = "all_day"
    start: date
    end: date = Field(description="exclusive, as in RFC 5545 and Google")


EventTime = Annotated[Timed | AllDay, Field(discriminator="kind")]
