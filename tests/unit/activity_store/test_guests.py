"""Guests who are persons of the CRM (F5): matched by folded e-mail address, with one look-up for many events."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_store.adapters.collections import Guests, persons_in
from activity_store.domain.model.linked_items import LinkedItem, item_id_of, with_person_emails
from chassis.persistence.batch_loader import BatchLoader


def person(company: str, item_id: str, *emails: str) -> LinkedItem:
    """A person of a company."""
    document_id = item_id_of(company, "person", item_id)
    item = LinkedItem(id=document_id, company_id=company, kind="person", item_id=item_id, name=item_id, emails=emails)
    return with_person_emails(item)


@dataclass
class Items:
    """Linked items in memory that count the look-ups made among them."""

    stored: list[LinkedItem]
    look_ups: list[Mapping[str, Any]] = field(default_factory=list)

    async def find(self, where: Mapping[str, Any]) -> list[LinkedItem]:
        self.look_ups.append(where)
        companies, addresses = (set(where[name]["$in"]) for name in ("company_id", "person_emails"))
        return [one for one in self.stored if one.company_id in companies and addresses & set(one.person_emails)]


def persons_of(items: Items) -> BatchLoader[Guests, dict[str, str]]:
    """The look-up as the store makes it."""
    return BatchLoader(persons_in(items), size=500)


async def test_f5_persons_match_by_folded_address_within_their_company_the_smaller_id_first() -> None:
    items = Items([person("a", "2", "Ann@Example.com"), person("a", "1", "ann@example.com"), person("b", "9", "x@y.z")])
    find = persons_of(items)
    assert await find(("a", ("ann@example.com", "x@y.z"))) == {"ann@example.com": "1"}
    assert await find(("b", ("ann@example.com", "x@y.z"))) == {"x@y.z": "9"}
    assert await find(("c", ("ann@example.com",))) == {}


async def test_f5_the_guests_of_a_batch_of_events_cost_one_look_up() -> None:
    """A first sync brings thousands of events with the same few people."""
    people = [person("a", str(number), f"p{number}@example.com") for number in range(40)]
    items = Items(people)
    find = persons_of(items)
    asked: list[Guests] = [("a", (f"p{n % 40}@example.com", "stranger@example.com")) for n in range(500)]
    found = await asyncio.gather(*map(find, asked))
    assert [one[guests[0]] for one, (_, guests) in zip(found, asked, strict=True)] == [str(n % 40) for n in range(500)]
    assert len(items.look_ups) == 1


async def test_f5_more_addresses_than_one_look_up_takes_are_asked_for_in_parts() -> None:
    items = Items([person("a", str(number), f"p{number}@example.com") for number in range(250)])
    find = persons_of(items)
    guests = tuple(f"p{number}@example.com" for number in range(250))
    assert len(await find(("a", guests))) == 250
    assert [len(where["person_emails"]["$in"]) for where in items.look_ups] == [100, 100, 50]
