"""What an operator does about the state of a connection; one line for each."""

from collections.abc import Mapping

ADVICE: Mapping[str, str] = {
    "connecting": "the user has not signed in yet",
    "initial_sync": "wait: the first read is under way",
    "in_sync": "",
    "catching_up": "wait; where it stays so, look at the lag of the mapper and at the last read",
    "throttled": "wait: the provider slows us down",
    "calendar_unavailable": "the user chooses another calendar",
    "needs_reauth": "the user signs in again",
    "needs_confirmation": "the user confirms or restores the deletions",
    "stopping": "wait: what is to be removed is being removed",
    "stopped": "",
}
_KEY_LOST = "put its key back into TANDEM_CREDENTIAL_KEYS and rotate-keys, or the user signs in again"


def advice_for(status: str, problem: str | None) -> str:
    """Return what to do about a connection, by its status and the code of its last problem."""
    if status == "needs_reauth" and problem == "credential_key_lost":
        return _KEY_LOST
    return ADVICE.get(status, "")
