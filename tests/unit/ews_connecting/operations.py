"""Two calls of a mailbox through exchangelib, as the adapter makes them: one that reads and one that writes."""

from typing import Any

from exchangelib.services.common import EWSAccountService
from exchangelib.util import MNS, create_element


class _Operation(EWSAccountService):  # type: ignore[misc]  # exchangelib ships no types
    def messages(self) -> int:
        found = list(self._get_elements(payload=create_element(f"m:{self.SERVICE_NAME}")))
        for one in found:
            if isinstance(one, Exception):
                raise one
        return len(found)


class _GetFolder(_Operation):
    SERVICE_NAME = "GetFolder"
    element_container_name = f"{{{MNS}}}Folders"


class _CreateItem(_Operation):
    SERVICE_NAME = "CreateItem"
    element_container_name = f"{{{MNS}}}Items"


def read(account: Any) -> int:
    """Read; returns how many folders there are."""
    return _GetFolder(account=account).messages()


def write(account: Any) -> int:
    """Write; returns how many items there are."""
    return _CreateItem(account=account).messages()
