"""Which servers may be called: users name them, so only public ones by https, unless an operator allows a host."""

import pytest

from chassis.errors import Rejected
from connector.adapters.providers.ews.sign_in.addresses import autodiscover_hosts, domain_of, ews_url
from connector.adapters.providers.ews.transport.addresses import (
    AddressPolicy,
    IsExchangeOnline,
    ServerNotAllowed,
    check_not_online,
    is_public,
)

POLICY = AddressPolicy(frozenset({"mail.lan"}))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_all_others_are_not_however_they_are_written(address: str) -> None:
    assert not is_public(address)


def test_of_a_name_only_its_public_addresses_are_connected_to() -> None:
    assert POLICY.permitted("mail.example.org", ["10.0.0.1", "8.8.8.8"]) == ["8.8.8.8"]
    with pytest.raises(ServerNotAllowed, match="TANDEM_EXCHANGE_ALLOWED_HOSTS"):
        POLICY.permitted("mail.example.org", ["10.0.0.1"])
    assert POLICY.permitted("MAIL.lan.", ["10.0.0.1"]) == ["10.0.0.1"]


@pytest.mark.parametrize("url", ["http://mail.example.org/EWS", "ftp://mail.lan/", "file:///etc/passwd", "https:///"])
def test_only_https_is_called(url: str) -> None:
    if url == "https:///":
        POLICY.check_url(url)  # it has no host, so it is not reached either
        return
    with pytest.raises(ServerNotAllowed):
        POLICY.check_url(url)


def test_an_allowed_host_may_go_without_tls() -> None:
    POLICY.check_url("http://mail.lan/EWS/Exchange.asmx")
    POLICY.check_url("https://mail.example.org/EWS/Exchange.asmx")


@pytest.mark.parametrize(
    "host",
    ["outlook.office365.com", "OUTLOOK.office.com.", "autodiscover-s.outlook.com", "x.onmicrosoft.com", "hotmail.com"],
)
def test_a2_exchange_online_is_told_apart_with_the_advice_to_connect_as_office365(host: str) -> None:
    with pytest.raises(IsExchangeOnline, match="connect it as office365"):
        check_not_online(host)
    with pytest.raises(IsExchangeOnline):
        POLICY.check_url(f"https://{host}/EWS/Exchange.asmx")


@pytest.mark.parametrize("host", ["outlook.com.example.org", "notoffice.com", "mail.example.org"])
def test_what_only_looks_like_it_is_not(host: str) -> None:
    check_not_online(host)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("mail.example.org", "https://mail.example.org/EWS/Exchange.asmx"),
        ("https://Mail.Example.org", "https://mail.example.org/EWS/Exchange.asmx"),
        ("https://mail.example.org/", "https://mail.example.org/EWS/Exchange.asmx"),
        ("https://mail.example.org/ews/", "https://mail.example.org/EWS/Exchange.asmx"),
        ("https://mail.example.org:8443/ews/exchange.ASMX", "https://mail.example.org:8443/ews/exchange.ASMX"),
        (" http://127.0.0.1:8012/EWS/Exchange.asmx ", "http://127.0.0.1:8012/EWS/Exchange.asmx"),
    ],
)
def test_a4_a_server_is_named_by_its_host_or_by_its_whole_address(given: str, url: str) -> None:
    assert ews_url(given) == url


@pytest.mark.parametrize(
    "given",
    [
        "",
        "https://",
        "ftp://mail.example.org",
        "https://ana:pw@mail.example.org",
        "https://mail.example.org/?a=b",
        "https://mail.example.org:port/",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Rejected) as refused:
        ews_url(given)
    assert refused.value.code == "validation_error"


def test_autodiscover_asks_the_domain_and_never_above_it() -> None:
    assert autodiscover_hosts(domain_of("ana@Example.org")) == ("example.org", "autodiscover.example.org")
    assert domain_of("ana@bücher.example") == "xn--bcher-kva.example"
    with pytest.raises(Rejected):
        domain_of("ana@" + "x" * 70 + ".example")
