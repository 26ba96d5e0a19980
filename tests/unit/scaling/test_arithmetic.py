"""The arithmetic of docs/scaling.md, with inputs that stay: no document that grows by a few bytes fails it."""

import pytest

from tests.load.scale.arithmetic import BEGIN, END, Assumed, Load, tables, with_tables
from tests.load.scale.sizes import Sizes

SIZES = Sizes(connection=1_000, known_event=500, link=5_000, activity=1_000)


def test_users_and_quotas_make_the_load() -> None:
    load = Load(Assumed(), SIZES, 864_000)
    assert (load.changes, load.pushed_reads, load.writes) == (300.0, 300.0, 100.0)
    assert load.polls == pytest.approx(240.0)
    assert load.full_reads == pytest.approx(10.0)
    assert load.calls == pytest.approx(300 + 100 + 240 + 30 + 2 * load.renewals)
    assert load.google_per_minute == pytest.approx(0.7 * 60 * load.calls)


def test_few_connections_still_have_two_pods_of_each_service() -> None:
    load = Load(Assumed(), SIZES, 10)
    assert (load.connector_pods, load.mapper_pods, load.store_pods, load.partitions) == (2, 2, 2, 12)


def test_a_database_holds_each_connections_documents_compressed_with_their_indexes() -> None:
    assert Load(Assumed(), SIZES, 1_000_000).gigabytes(5_000, each=300) == pytest.approx(5_000 * 300 * 0.8e6 / 1e9)


def test_the_page_gets_its_tables_between_the_marks() -> None:
    page = with_tables(f"before\n{BEGIN}\nold\n{END}\nafter\n", tables(Assumed(), SIZES))
    assert page.startswith("before\n")
    assert page.endswith(f"{END}\nafter\n")
    assert "| link (mapper) | 5,000 |" in page
    assert "old" not in page
