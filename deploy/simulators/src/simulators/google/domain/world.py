"""Everything the simulated Google keeps, and who was mailed."""

from dataclasses import dataclass, field
from datetime import datetime

from simulators.frame.domain.traps import TrapBox
from simulators.frame.domain.world import OAuthWorld
from simulators.google.domain import times
from simulators.google.domain.account.accounts import Account, new_account
from simulators.google.domain.account.oauth import OAuth
from simulators.google.domain.errors import GoogleError, not_found
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.push.channels import Channels
from simulators.google.domain.traps import TRAPS


@dataclass(kw_only=True)
class World(OAuthWorld[Account, Calendar]):
    """The state: accounts, calendars, channels and grants."""

    traps: TrapBox = field(default_factory=lambda: TrapBox(TRAPS))
    channels: Channels = field(default_factory=Channels)
    oauth: OAuth = field(default_factory=OAuth)

    @staticmethod
    def not_found() -> GoogleError:
        """Return Google's 404."""
        return not_found()

    def add_account(self, email: str, name: str, time_zone: str) -> Account:
        """Create the account, or answer the one that is there."""
        key = email.lower()
        times.zone_named(time_zone)
        if key not in self.accounts:
            self.accounts[key] = new_account(key, name, time_zone, self.calendars)
        return self.accounts[key]

    def mail(self, event: Event, what: str, send_updates: str, now: datetime) -> None:
        """Note whom Google would have mailed; `none` mails nobody."""
        guests = [one["email"] for one in event.get("attendees", ()) if not one.get("self")]
        if send_updates == "externalOnly":
            guests = [email for email in guests if email not in self.accounts]
        if guests and send_updates != "none":
            self.mails.append(
                {
                    "at": times.stamp(now),
                    "what": what,
                    "event_id": event["id"],
                    "summary": event.get("summary", ""),
                    "to": guests,
                    "send_updates": send_updates,
                }
            )
