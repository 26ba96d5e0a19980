"""Every page: its headers, its language and colours, its static files, and what it says when something is wrong."""

import gzip
import re

import pytest

from chassis.pages.language import Languages
from chassis.pages.static_files import StaticFiles
from tests.unit.pages.support import BROWSER, HOME, ORIGIN, OWN, client

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors "
)
FIRST_LOAD_BYTES = 150_000


async def test_every_page_has_the_strict_headers() -> None:
    async with client() as http:
        answers = [
            await http.get(HOME, headers=OWN),
            await http.get(HOME, headers=BROWSER),
            await http.get(f"{HOME}/nowhere", headers=BROWSER),
        ]
    for answer in answers:
        assert answer.headers["Content-Security-Policy"] == f"{POLICY}'none'"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_one_origin_may_be_let_show_the_pages_in_a_frame() -> None:
    async with client(frame_ancestor="http://127.0.0.1:8000") as http:
        answer = await http.get(HOME, headers=OWN)
    assert answer.headers["Content-Security-Policy"] == f"{POLICY}http://127.0.0.1:8000"
    assert "X-Frame-Options" not in answer.headers


async def test_nothing_is_inline_and_all_text_is_escaped() -> None:
    async with client() as http:
        page = (await http.get(HOME, headers=OWN)).text
    assert "Ada &lt;b&gt;" in page
    assert not re.search(r"<style|<script(?![^>]* src=)|\son\w+=|style=|javascript:|hx-on|js:", page)


async def test_files_are_kept_for_ever_under_an_address_with_their_digest() -> None:
    async with client() as http:
        page = (await http.get(HOME, headers=OWN)).text
        address = re.findall(r'src="([^"]*htmx\.js)"', page)[0]
        found = await http.get(address)
        older = await http.get(address.replace(address.split("/")[3], "0" * 16))
        plain = await http.get(address, headers={"Accept-Encoding": "identity"})
    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert found.headers["Content-Type"].startswith("text/javascript")
    assert (found.headers["Content-Encoding"], "Content-Encoding" in plain.headers) == ("gzip", False)
    assert found.content == plain.content
    assert (older.status_code, older.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["../rendering.py", "%2e%2e/rendering.py", "nothing.js", ""])
async def test_no_other_file_is_served(name: str) -> None:
    static = StaticFiles(["chassis.pages"])
    async with client() as http:
        assert (await http.get(f"{HOME}/static/{static.digest}/{name}")).status_code == 404


def test_the_first_load_is_small() -> None:
    static = StaticFiles(["chassis.pages"])
    assert static.first_load(["pico.css", "tandem.css", "htmx.js", "tandem.js"]) < FIRST_LOAD_BYTES / 3
    assert gzip.decompress(gzip.compress(b"x")) == b"x"


def test_style_sheets_name_no_data_addresses() -> None:
    """The policy lets none be loaded, so that boxes would have no ticks."""
    static = StaticFiles(["chassis.pages"])
    sheets = [static._files[name].content for name in static.names if name.endswith(".css")]
    assert sheets
    assert not any(b"data:" in sheet or b"@import" in sheet for sheet in sheets)
    named = {one.decode() for sheet in sheets for one in re.findall(rb'url\("?([^")]+)"?\)', sheet)}
    assert named <= set(static.names)


LANGUAGES = Languages(["chassis.pages"])


@pytest.mark.parametrize(
    ("chosen", "accepted", "tag"),
    [
        (None, "", "en-GB"),
        (None, "pl", "pl-PL"),
        (None, "de, pl;q=0.8, en;q=0.5", "pl-PL"),
        (None, "en-US,en;q=0.9,pl;q=0.8", "en-US"),
        (None, "pl;q=0, en", "en-GB"),
        (None, "de;q=x, *", "en-GB"),
        ("pl", "en-US", "pl-PL"),
        ("en", "pl, en-CA;q=0.1", "en-CA"),
        ("xx", "pl", "pl-PL"),
        (None, "en-XX-nonsense", "en-GB"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers(chosen: str | None, accepted: str, tag: str) -> None:
    assert LANGUAGES.choose(chosen, accepted).tag == tag


async def test_language_and_colours_are_chosen_without_scripts() -> None:
    async with client() as http:
        back = {"Referer": f"{ORIGIN}{HOME}?x=1", "Sec-Fetch-Site": "same-origin"}
        polish = await http.post(f"{HOME}/display", data={"language": "pl"}, headers=back)
        dark = await http.post(f"{HOME}/display", data={"theme": "dark"}, headers=back)
        page = (await http.get(HOME, headers=BROWSER)).text
    assert (polish.status_code, polish.headers["Location"]) == (303, f"{HOME}?x=1")
    assert dark.status_code == 303
    assert '<html lang="pl-PL" data-theme="dark">' in page
    assert all("HttpOnly" in one and "Secure" in one for one in polish.headers.get_list("set-cookie"))


@pytest.mark.parametrize("referer", ["https://evil.example/calendar-sync", "", f"{ORIGIN}/elsewhere"])
async def test_the_way_back_leads_to_no_other_site(referer: str) -> None:
    async with client() as http:
        answer = await http.post(f"{HOME}/display", data={"theme": "dark"}, headers={"Referer": referer})
        strange = await http.post(f"{HOME}/display", data={"theme": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Location"] == HOME
    assert strange.status_code == 403


async def test_who_is_signed_out_is_told_so_and_where_to_sign_in() -> None:
    async with client(sign_in_url="https://crm.example/sign-in") as http:
        page = await http.get(HOME, headers=BROWSER)
        fragment = await http.get(HOME, headers=BROWSER | {"HX-Request": "true"})
    assert page.status_code == 401
    assert "You are signed out" in page.text
    assert 'href="https://crm.example/sign-in"' in page.text
    assert fragment.headers["HX-Refresh"] == "true"  # else a part that asks again and again would never stop


async def test_a_defect_shows_nothing_of_the_inside() -> None:
    async with client() as http:
        page = await http.get(f"{HOME}/broken", headers=BROWSER)
        part = await http.get(f"{HOME}/broken", headers=BROWSER | {"HX-Request": "true"})
    assert (page.status_code, part.status_code) == (500, 500)
    assert "secret" not in page.text + part.text
    assert part.headers["HX-Retarget"] == "#problem"


async def test_the_api_beside_the_pages_answers_problems_as_ever() -> None:
    async with client() as http:
        answer = await http.get("/v1/nowhere", headers=BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_navigation_leads_where_the_settings_say() -> None:
    async with client(activity_store_url="https://store.example", connector_url=ORIGIN) as http:
        page = (await http.get(HOME, headers=OWN)).text
    assert 'href="https://store.example/activities"' in page
    assert f'href="{HOME}"' in page
    assert "/operator" not in page  # for administrators


async def test_where_one_host_has_all_pages_browsers_stay_on_it() -> None:
    addresses = {"activity_store_url": "http://activity-store", "connector_url": "http://connector"}
    async with client(**addresses, pages_url="https://crm.example") as http:
        page = (await http.get(HOME, headers=OWN)).text
    assert 'href="https://crm.example/activities"' in page
    assert "http://activity-store" not in page
