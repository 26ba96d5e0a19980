"""ResolveNames and GetServerTimeZones."""

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.account.time_zones import definition, every_id
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.responses import answer, failure, success
from simulators.exchange.domain.xml import Element, child, children, m, t, text

_PREFIX = "smtp:"


def resolve_names(call: Call) -> Element:
    """Answer the mailboxes whose name or address begins with what is asked for; `smtp:` asks for an address."""
    entry = (text(call.request, "m:UnresolvedEntry") or "").lower()
    found = [one for one in call.world.accounts.values() if _resolves(one, entry)]
    if not found:
        return answer("ResolveNames", [failure("ResolveNames", _no_results())])
    full = call.request.get("ReturnFullContactData") in {"true", "1"}
    rows = m(
        "ResolutionSet",
        [_resolution(one, full=full) for one in found],
        TotalItemsInView=len(found),
        IncludesLastItemInRange=True,
    )
    if len(found) == 1:
        return answer("ResolveNames", [success("ResolveNames", rows)])
    several = EwsError("ErrorNameResolutionMultipleResults", "Multiple results were found.")
    ambiguous = failure("ResolveNames", several, rows)
    ambiguous.set("ResponseClass", "Warning")
    return answer("ResolveNames", [ambiguous])


def _no_results() -> EwsError:
    return EwsError("ErrorNameResolutionNoResults", "No results were found.")


def _resolves(account: Account, entry: str) -> bool:
    if entry.startswith(_PREFIX):
        return account.email == entry.removeprefix(_PREFIX)
    return account.email.startswith(entry) or account.name.lower().startswith(entry)


def _resolution(account: Account, *, full: bool) -> Element:
    mailbox = t(
        "Mailbox",
        t("Name", account.name),
        t("EmailAddress", account.email),
        t("RoutingType", "SMTP"),
        t("MailboxType", "Mailbox"),
    )
    contact = t("Contact", t("DisplayName", account.name)) if full else None
    return t("Resolution", mailbox, contact)


def get_server_time_zones(call: Call) -> Element:
    """Answer the zones that are asked for, or all; unknown ones are left out."""
    full = call.request.get("ReturnFullTimeZoneData") not in {"false", "0"}
    wanted = [one.text or "" for one in children(child(call.request, "m:Ids"))] or every_id()
    rows = [definition(one, call.now.year, full=full) for one in wanted if one in every_id()]
    return answer("GetServerTimeZones", [success("GetServerTimeZones", m("TimeZoneDefinitions", rows))])
