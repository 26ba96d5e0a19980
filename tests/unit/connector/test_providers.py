"""The four providers, and how each is reached (A2)."""

import pytest

from chassis.errors import Rejected
from connector.domain.provider.supported import SUPPORTED, check_provider
from connector.provider_catalogue import CATALOGUE

FOUR = ("google", "outlook", "office365", "exchange")


@pytest.mark.parametrize("name", FOUR)
def test_a2_each_of_the_four_is_taken_where_it_is_built(name: str) -> None:
    assert check_provider(name, dict.fromkeys(FOUR)) == name


@pytest.mark.parametrize("name", FOUR)
def test_a2_one_that_this_installation_has_not_is_told_apart_from_an_unknown_one(name: str) -> None:
    with pytest.raises(Rejected, match=name) as refused:
        check_provider(name, {})
    assert refused.value.code == "provider_unavailable"


@pytest.mark.parametrize("name", ["icloud", "Google", "", "ews"])
def test_a2_there_is_no_fifth(name: str) -> None:
    with pytest.raises(Rejected, match="google, outlook, office365, exchange") as refused:
        check_provider(name, {name: None})
    assert refused.value.code == "validation_error"


def test_a2_what_is_built_is_among_the_four_and_both_of_microsofts_go_through_graph() -> None:
    assert set(SUPPORTED) == set(FOUR) >= CATALOGUE.keys()
    outlook, office365 = CATALOGUE["outlook"], CATALOGUE["office365"]
    assert outlook.make is office365.make is not CATALOGUE["google"].make
    assert (outlook.webhook, office365.webhook) == ("/webhooks/microsoft", "/webhooks/microsoft")
