"""The guide that the pages serve is the one of docs, and says something of every status."""

from typing import get_args

import pytest

from chassis.pages.language import LANGUAGES
from contracts.connections import ConnectionStatus
from tests.support import user_guide


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_the_guide(language: str) -> None:
    assert user_guide.page(language).read_text() == user_guide.rendered(language), "make docs writes it anew"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("anchor", [*get_args(ConnectionStatus), "why"])
def test_l2_whatever_pages_link_to_is_there(language: str, anchor: str) -> None:
    assert f'id="{anchor}"' in user_guide.rendered(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_no_picture_and_leads_to_no_file(language: str) -> None:
    assert "<img" not in user_guide.rendered(language)
    assert ".md" not in user_guide.rendered(language)
