"""Everything that the pages say is translated, and no translation has lost what is put into it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from webparts.messages import LANGUAGES, collected, known, packages, update, written

PACKAGES = list(packages())


def test_finds_the_pages() -> None:
    assert "pages" in {package.name for package in PACKAGES}


def words(message: Message) -> list[str]:
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return [str(text) for text in texts]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_every_message_is_translated_and_none_is_left_over(package: Path, language: str) -> None:
    catalog = known(package, language)
    said = {message.id for message in collected(package) if message.id}
    translated = {message.id for message in catalog if message.id and all(words(message)) and not message.fuzzy}
    assert said == translated


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_translations_name_what_is_put_in(package: Path, language: str) -> None:
    for message in known(package, language):
        if not message.id:
            continue
        one = message.id[-1] if isinstance(message.id, (list, tuple)) else message.id
        for text in words(message):
            assert set(re.findall(r"%\(\w+\)s", text)) == set(re.findall(r"%\(\w+\)s", str(one))), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_the_catalogue_is_as_make_messages_writes_it(package: Path, language: str) -> None:
    file = package / "translations" / f"{language}.po"
    before = file.read_bytes()
    try:
        update(package, language)
        assert file.read_bytes() == before, "run make messages"
    finally:
        file.write_bytes(before)


def test_writing_a_catalogue_twice_changes_nothing() -> None:
    catalog = known(PACKAGES[0], "pl")
    assert written(catalog) == written(catalog)
