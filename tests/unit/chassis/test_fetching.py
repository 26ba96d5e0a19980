"""How often a broker is asked: for all topics while something happens, for those that somebody waits for at rest."""

from chassis.messaging.group.fetching import FetchPolicy

PAUSES = FetchPolicy(hold=0, pause=25, idle_pause=200).without_hurry_for("links").without_hurry_for("counts")
BOTH = frozenset({"commands", "links"})


def asked_for(policy: FetchPolicy, *, idle: bool, topics: frozenset[str] = BOTH) -> list[frozenset[str]]:
    return [policy.topics_of(fetch, topics, idle=idle) for fetch in range(1, 11)]


def test_while_something_happens_each_fetch_asks_for_all_topics() -> None:
    assert set(asked_for(PAUSES, idle=False)) == {BOTH}


def test_at_rest_one_fetch_in_five_asks_for_the_topics_that_nobody_waits_for() -> None:
    found = asked_for(PAUSES, idle=True)
    assert [fetch for fetch, topics in enumerate(found, 1) if "links" in topics] == [5, 10]
    assert all("commands" in topics for topics in found)


def test_a_consumer_of_such_topics_alone_pauses_five_times_as_long() -> None:
    alone = frozenset({"links"})
    assert set(asked_for(PAUSES, idle=True, topics=alone)) == {alone}
    assert (PAUSES.idle_pause_of(alone), PAUSES.idle_pause_of(BOTH)) == (1000, 200)


def test_a_broker_that_answers_when_there_is_data_is_asked_for_all_topics_always() -> None:
    policy = FetchPolicy().without_hurry_for("links")
    assert set(asked_for(policy, idle=True)) == {BOTH}
    assert policy.idle_pause_of({"links"}) == 0
