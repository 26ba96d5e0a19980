"""Autodiscover: where a mailbox's EWS is, told by SOAP (GetUserSettings, 2010) and by POX (plain XML, 2006)."""

from dataclasses import dataclass

from lxml import etree

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.xml import XSI_TYPE, Element

SOAP_NAMESPACE = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
#: Where EWS of a mailbox in the cloud is.
ONLINE = "https://outlook.office365.com/EWS/Exchange.asmx"
_SCHEMAS = (
    "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2016"
)
_VERSION = "15.02.2562.017"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Another address that the client has to ask for, or to ask."""

    address: str = ""
    url: str = ""


def asked_by_soap(request: Element) -> tuple[str, list[str]]:
    """Return the first mailbox of a GetUserSettings request, and the settings that it asks for."""
    mailbox = request.find(f".//{{{SOAP_NAMESPACE}}}Mailbox")
    names = [one.text or "" for one in request.iter(f"{{{SOAP_NAMESPACE}}}Setting")]
    return ("" if mailbox is None else (mailbox.text or "")).strip().lower(), names


def asked_by_pox(request: Element) -> str:
    """Return the address that a POX request is about."""
    found = request.find(f".//{{{REQUEST}}}EMailAddress")
    return ("" if found is None else (found.text or "")).strip().lower()


def soap_answer(account: Account | None, wanted: list[str], url: str, redirect: Redirect | None) -> Element:
    """Return the answer to GetUserSettings; `account` None: there is no such user."""
    user = _built(SOAP_NAMESPACE, "UserResponse", *_user_response(account, wanted, url, redirect))
    response = _built(
        SOAP_NAMESPACE,
        "Response",
        _leaf(SOAP_NAMESPACE, "ErrorCode", "NoError"),
        _leaf(SOAP_NAMESPACE, "ErrorMessage", ""),
        _built(SOAP_NAMESPACE, "UserResponses", user),
    )
    return _built(SOAP_NAMESPACE, "GetUserSettingsResponseMessage", response)


def _user_response(account: Account | None, wanted: list[str], url: str, redirect: Redirect | None) -> list[Element]:
    code, message, target = _outcome(account, redirect)
    known = {} if account is None or redirect else _settings(account, url)
    absent = [] if account is None or redirect else [name for name in wanted if name not in known]
    return [
        _leaf(SOAP_NAMESPACE, "ErrorCode", code),
        _leaf(SOAP_NAMESPACE, "ErrorMessage", message),
        _leaf(SOAP_NAMESPACE, "RedirectTarget", target),
        _built(SOAP_NAMESPACE, "UserSettingErrors", *(_absent(name) for name in absent)),
        _built(SOAP_NAMESPACE, "UserSettings", *(_setting(name, known[name]) for name in wanted if name in known)),
    ]


def _outcome(account: Account | None, redirect: Redirect | None) -> tuple[str, str, str]:
    if account is None:
        return "InvalidUser", "The user could not be found.", ""
    if redirect and redirect.address:
        return "RedirectAddress", "Redirection address.", redirect.address
    if redirect:
        return "RedirectUrl", "Redirection URL.", redirect.url
    return "NoError", "No error.", ""


def _settings(account: Account, url: str) -> dict[str, str]:
    return {
        "UserDisplayName": account.name,
        "AutoDiscoverSMTPAddress": account.email,
        "InternalEwsUrl": url,
        "ExternalEwsUrl": url,
        "ExternalEwsVersion": _VERSION,
        "CasVersion": _VERSION,
        "EwsSupportedSchemas": _SCHEMAS,
    }


def _setting(name: str, value: str) -> Element:
    made = _built(
        SOAP_NAMESPACE, "UserSetting", _leaf(SOAP_NAMESPACE, "Name", name), _leaf(SOAP_NAMESPACE, "Value", value)
    )
    made.set(XSI_TYPE, "StringSetting")
    return made


def _absent(name: str) -> Element:
    return _built(
        SOAP_NAMESPACE,
        "UserSettingError",
        _leaf(SOAP_NAMESPACE, "ErrorCode", "SettingIsNotAvailable"),
        _leaf(SOAP_NAMESPACE, "ErrorMessage", f"{name} isn't available."),
        _leaf(SOAP_NAMESPACE, "SettingName", name),
    )


def pox_answer(account: Account | None, url: str, redirect: Redirect | None) -> Element:
    """Return the answer to a POX request; `account` None: there is no such user."""
    if account is None:
        error = _built(
            OUTLOOK,
            "Error",
            _leaf(OUTLOOK, "ErrorCode", "500"),
            _leaf(OUTLOOK, "Message", "The e-mail address cannot be found."),
        )
        return _built(RESPONSE, "Autodiscover", _built(OUTLOOK, "Response", error))
    user = _built(
        OUTLOOK,
        "User",
        _leaf(OUTLOOK, "DisplayName", account.name),
        _leaf(OUTLOOK, "AutoDiscoverSMTPAddress", account.email),
    )
    found = _built(OUTLOOK, "Account", _leaf(OUTLOOK, "AccountType", "email"), *_action(url, redirect))
    return _built(RESPONSE, "Autodiscover", _built(OUTLOOK, "Response", user, found))


def _action(url: str, redirect: Redirect | None) -> list[Element]:
    if redirect and redirect.address:
        return [_leaf(OUTLOOK, "Action", "redirectAddr"), _leaf(OUTLOOK, "RedirectAddr", redirect.address)]
    if redirect:
        return [_leaf(OUTLOOK, "Action", "redirectUrl"), _leaf(OUTLOOK, "RedirectUrl", redirect.url)]
    return [_leaf(OUTLOOK, "Action", "settings"), *(_protocol(kind, url) for kind in ("EXCH", "EXPR"))]


def _protocol(kind: str, url: str) -> Element:
    return _built(OUTLOOK, "Protocol", _leaf(OUTLOOK, "Type", kind), _leaf(OUTLOOK, "EwsUrl", url))


def _built(namespace: str, name: str, *parts: Element) -> Element:
    made = etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace})  # type: ignore[dict-item]
    made.extend(parts)
    return made


def _leaf(namespace: str, name: str, text: str) -> Element:
    made = etree.Element(f"{{{namespace}}}{name}")
    made.text = text
    return made
