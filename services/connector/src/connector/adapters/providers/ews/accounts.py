"""A mailbox as exchangelib knows it: its account, on one connection of our own making.

Imports exchangelib, so it is imported only where a mailbox is opened.
"""

import contextlib
import logging
import re
from zoneinfo import ZoneInfo

import requests
from exchangelib import DELEGATE, Account, Build, Configuration, Credentials, FailFast, Version
from exchangelib.protocol import Protocol
from requests.adapters import BaseAdapter

from connector.adapters.providers.ews.transport.authentication import authentication
from connector.domain.provider.login import Login

logging.getLogger("exchangelib").setLevel(logging.CRITICAL + 1)  # it logs headers with the password, and all content

_OLDEST = Build(15, 1)
"""Exchange 2016, where a server tells no version: what it knows, 2019 and the Subscription Edition know too."""
_BUILD = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?")
_SCHEMES = {"basic": "basic", "ntlm": "NTLM"}


class _Configuration(Configuration):  # type: ignore[misc]  # exchangelib ships no types
    def __init__(self, login: Login, adapter: BaseAdapter) -> None:
        super().__init__(
            credentials=Credentials(login.username, login.password),
            service_endpoint=login.server_url,
            auth_type=_SCHEMES[login.auth],
            version=_version(login.version),
            retry_policy=FailFast(),
            max_connections=1,
        )
        self.login = login
        self.adapter = adapter


class _Protocol(Protocol):  # type: ignore[misc]  # exchangelib ships no types
    """exchangelib's protocol, whose sessions go through our adapter and no environment's proxy or netrc."""

    def create_session(self) -> requests.Session:
        session: requests.Session = super().create_session()
        session.trust_env = False
        session.auth = authentication(self.config.login)
        for prefix in ("https://", "http://", self.service_endpoint):
            session.mount(prefix, self.config.adapter)
        return session


def _version(told: str | None) -> Version:
    """Return the version that a server told, else the oldest: exchangelib would find it out by calls of its own."""
    found = _BUILD.fullmatch(told or "")
    build = Build(*(int(part) for part in found.groups("0"))) if found else _OLDEST
    try:
        return Version(build=build)
    except ValueError:  # newer than exchangelib
        return Version(build=_OLDEST)


def open_account(login: Login, adapter: BaseAdapter) -> Account:
    """Return an account, which calls nothing yet. Times without a zone are UTC, whatever the machine's zone is.

    exchangelib keeps protocols by address and login, and would give two connections of one account the same; and it
    would keep a password after the stop. So this one is made beside that cache.
    """
    config = _Configuration(login, adapter)
    account = Account(
        login.email, access_type=DELEGATE, config=config, default_timezone=ZoneInfo("UTC"), locale="en_US"
    )
    with contextlib.suppress(KeyError):
        del Protocol[config]
    account.protocol = type.__call__(_Protocol, config=config)
    return account


def close_account(account: Account) -> None:
    """Close an account's connection."""
    account.protocol.close()
