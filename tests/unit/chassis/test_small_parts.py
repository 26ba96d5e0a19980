"""Preconditions, encryption, document codec and keyset filters."""

import base64
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.encryption import Cipher
from chassis.errors import Rejected
from chassis.ids import joined, new_id
from chassis.messaging.publisher import Outgoing
from chassis.persistence.document import Document, decode, encode, prepared_for_write
from chassis.persistence.keyset import complete, with_after
from chassis.web.preconditions import check_if_match, etag
from chassis.web.problems import Problem
from connector.domain.connection.identity import account_key, slot_id

PARTS = st.lists(st.text(st.sampled_from("a\\sn\n")), min_size=1)


@given(PARTS, PARTS)
def test_g4_different_parts_are_never_joined_to_the_same_text(one: list[str], other: list[str]) -> None:
    assert (joined(*one, separator="\n") == joined(*other, separator="\n")) == (one == other)


def test_g4_no_claim_forges_the_key_of_another() -> None:
    assert joined("acme", "7", "google", separator="\x1f") == "acme\x1f7\x1fgoogle", "stored keys stay what they are"
    assert slot_id("acme", "7\x1fx") != slot_id("acme\x1f7", "x")
    assert account_key("acme", "7\x1fgoogle", "x", "y") != account_key("acme", "7", "google", "x\x1fy")


@pytest.mark.parametrize("header", [None, "*", '"3"', 'W/"3"', "3", '"1", "3"'])
def test_if_match_that_names_the_version_passes(header: str | None) -> None:
    check_if_match(header, 3)


@pytest.mark.parametrize("header", ['"2"', '"33"', "", "abc"])
def test_if_match_that_names_another_is_412(header: str) -> None:
    with pytest.raises(Problem) as stale:
        check_if_match(header, 3)
    assert (stale.value.status, stale.value.code) == (412, "stale_version")
    assert stale.value.body()["current_version"] == 3
    assert etag(3) == '"3"'


def key(name: str, byte: bytes) -> str:
    return f"{name}:{base64.b64encode(byte * 32).decode()}"


OLD, NEW = key("old", b"o"), key("new", b"n")


def test_an_encrypted_secret_is_decrypted_only_for_its_owner() -> None:
    cipher = Cipher(NEW)
    encrypted = cipher.encrypt(b"secret", "connection-1")
    assert cipher.decrypt(encrypted, "connection-1") == b"secret"
    assert encrypted != cipher.encrypt(b"secret", "connection-1")
    with pytest.raises(Rejected, match="decryption_failed"):
        cipher.decrypt(encrypted, "connection-2")
    with pytest.raises(Rejected, match="decryption_failed"):
        cipher.decrypt(encrypted[:-4] + "AAAA", "connection-1")


def test_keys_rotate() -> None:
    encrypted = Cipher(OLD).encrypt(b"secret", "c")
    rotated = Cipher(f"{NEW},{OLD}")
    assert rotated.decrypt(encrypted, "c") == b"secret"
    assert rotated.needs_rotation(encrypted)
    assert not rotated.needs_rotation(rotated.encrypt(b"secret", "c"))
    with pytest.raises(Rejected, match="unknown_key"):
        Cipher(NEW).decrypt(encrypted, "c")


def test_an_id_stands_for_one_key() -> None:
    with pytest.raises(ValueError, match="new is given twice"):
        Cipher(f"{NEW},{OLD},{key('new', b'x')}")


@pytest.mark.parametrize("keys", ["", "no-colon", "id:not base64", "id:c2hvcnQ=", f":{NEW.split(':')[1]}"])
def test_malformed_keys_are_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        Cipher(keys)
    assert "c2hvcnQ=" not in str(refused.value)


class Color(StrEnum):
    RED = "red"


class Thing(Document):
    at: datetime
    day: date
    span: timedelta
    color: Color
    tags: frozenset[str]
    raw: bytes


def test_a_document_reads_back_as_it_was_written() -> None:
    thing = Thing(
        id="x",
        at=datetime(2026, 1, 1, 12, tzinfo=UTC),
        day=date(2026, 1, 1),
        span=timedelta(minutes=90),
        color=Color.RED,
        tags=frozenset({"a"}),
        raw=b"\x00\xff",
        outbox=(Outgoing(id="m", topic="t", key="k", value="{}"),),
    )
    raw = encode(thing)
    assert raw["_id"] == "x"
    assert raw["has_outbox"] is True
    assert raw["at"] == thing.at  # a date in BSON, so that it can be compared
    assert decode(Thing, raw | {"unknown": 1}) == thing


def test_a_write_is_recognised_among_the_last_ones() -> None:
    first = prepared_for_write(Document(id="x"), version=1, outbox=(), after=None)
    later = first
    for version in range(2, 5):
        later = prepared_for_write(later, version=version, outbox=(), after=later)
    assert first.write_id in later.recent_writes
    assert len({first.write_id, later.write_id, *later.recent_writes}) == 4


def test_a_page_begins_after_the_position() -> None:
    order = complete([("total", -1)])
    assert order == [("total", -1), ("_id", 1)]
    assert with_after({"a": 1}, order, None) == {"a": 1}
    assert with_after({}, order, [5, "x"]) == {"$or": [{"total": {"$lt": 5}}, {"total": 5, "_id": {"$gt": "x"}}]}
    assert with_after({"a": 1}, [("_id", 1)], ["x"]) == {"$and": [{"a": 1}, {"_id": {"$gt": "x"}}]}


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(1000)]
    assert sorted(ids) == ids
    assert len(set(ids)) == 1000
