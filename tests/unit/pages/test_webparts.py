"""What others wrote is what was pinned, with its licence beside it."""

import base64
from pathlib import Path

import pytest

from webparts.icons import pictures as icons
from webparts.npm import Pin, _check, pins
from webparts.pictures import without_data_addresses


@pytest.mark.parametrize("pin", pins(), ids=lambda pin: pin.package)
def test_each_package_is_there_with_its_licence(pin: Pin) -> None:
    assert all((pin.folder / name).is_file() for name in pin.files.values())
    assert any("LICENSE" in name.upper() for name in pin.files.values())
    assert pin.integrity.startswith("sha512-")


def test_another_package_than_the_pinned_one_is_refused() -> None:
    with pytest.raises(ValueError, match="not the pinned one"):
        _check(pins()[0], b"something else")


def test_pictures_in_style_sheets_become_files() -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    encoded = base64.b64encode(svg).decode()
    css = f'a{{b:url("data:image/svg+xml,%3Csvg xmlns=\'http://www.w3.org/2000/svg\'/%3E")}}c{{d:url("data:image/svg+xml;base64,{encoded}")}}'
    changed, pictures = without_data_addresses(css.encode(), "look")
    assert changed == b'a{b:url("look-1.svg")}c{d:url("look-1.svg")}'
    assert pictures == {"look-1.svg": svg}


def test_committed_style_sheets_need_no_further_change() -> None:
    for pin in pins():
        for name in pin.files.values():
            if name.endswith(".css"):
                content = Path(pin.folder / name).read_bytes()
                assert without_data_addresses(content, "x") == (content, {})


def test_icons_are_the_symbols_of_the_pages() -> None:
    assert icons()
    assert all(file.read_text() == content for file, content in icons().items()), "make docs writes them anew"
