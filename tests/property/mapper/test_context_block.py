"""Whatever people do around the block of deal and contact information, it stays out of the CRM (F4, Nothing lost)."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.activities import LinkedItemSummary
from tests.support.bench import HOUR, Bench, connection

CANARY = "Canary"
EDITS = st.sampled_from(["above", "below", "behind", "inside", "half", "delete", "crm", "rename", "unlink", "toggle"])


class Story:
    """One linked activity, its event, and the words that people have written so far and not deleted."""

    def __init__(self) -> None:
        self.bench = Bench(connection(include_context=True))
        self.words = ["word0"]
        self.count = 0
        self.bench.linked_items = (self._deal(),)
        self.bench.crm(public_description="word0")
        self.bench.settle()

    def _deal(self) -> LinkedItemSummary:
        return LinkedItemSummary(kind="deal", id="1", name=f"{CANARY} {self.count}", value=self.count, currency="EUR")

    @property
    def shown(self) -> str:
        assert self.bench.event is not None
        return self.bench.event.fields.description

    @property
    def told(self) -> str:
        assert self.bench.activity is not None
        return self.bench.activity.public_description

    def do(self, edit: str) -> None:
        """Let somebody do something, a minute after the last time, and both services follow."""
        self.count += 1
        word = f"word{self.count}"
        before, block, after = self.shown.partition("┃· From the CRM")
        lines = (block + after).split("\n")
        match edit:
            case "crm":
                self.words = [word]
                self.bench.crm(public_description=word, at=self._now())
            case "rename" | "unlink":
                self.bench.crm_links(*([self._deal()] if edit == "rename" else []))
            case "toggle":
                self.bench.set(include_context=not self.bench.connection.settings.include_context)
            case "inside" if len(lines) > 1:
                self._calendar(f"{before}{f'{chr(10)}{word}{chr(10)}'.join(lines)}")
                self.words.append(word)
            case "half":
                self._calendar(f"{before}{chr(10).join(lines[: len(lines) // 2])}" if block else self.shown)
                self.words = [one for one in self.words if one in self.shown]
            case "delete":
                self._calendar(before)
                self.words = [one for one in self.words if one in self.shown]
            case "inside":
                pass
            case "behind" if not self.shown.endswith("says") and "┃" in self.shown.rpartition("\n")[2]:
                pass  # on a line of the block: a part of it, and no text
            case _:
                where = {
                    "above": f"{word}\n{self.shown}",
                    "below": f"{self.shown}\n{word}",
                    "behind": f"{self.shown} {word}",
                }
                self._calendar(where[edit])
                self.words.append(word)
        self.bench.settle()

    def _calendar(self, description: str) -> None:
        self.bench.cal(description=description, at=self._now())

    def _now(self) -> datetime:
        return self.bench.now + HOUR / 60 * self.count

    def check(self) -> None:
        """The CRM has all the words and nothing of the block; both sides are equal but for it, and at rest."""
        assert CANARY not in self.told
        assert "┃" not in self.told
        for word in self.words:
            assert word in self.told, (word, self.told)
            assert word in self.shown, (word, self.shown)
        assert self.bench.commands == []


@settings(derandomize=True, deadline=timedelta(seconds=5), database=None, max_examples=60)
@given(st.lists(EDITS, max_size=12))
def test_f4_the_block_never_leaks_and_no_text_gets_lost(edits: list[str]) -> None:
    story = Story()
    for edit in edits:
        story.do(edit)
        story.check()
