"""Whatever is cited is there: rules, invariants, documents, sections, and traps of providers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import rules
from tests.unit.docs.citations import FILES, MARKDOWN, PYTHON, ROOT, name, names_of_tests, prose

RULES = {rule.id for rule in rules.read()}
INVARIANTS = rules.invariants()
PROVIDERS = {name: (ROOT / "docs" / "providers" / f"{name}.md").read_text() for name in ("google", "graph", "ews")}
NAMES = {name(path) for path in FILES}

RULE = re.compile(r"(?<![\w.:#/`\"'-])([A-L][1-9]\d?)(?![\w`\"'-])")
RULE_IN_NAME = re.compile(r"(?<=_)([a-l][1-9]\d?)(?=_)")
INVARIANT = re.compile(r"\binvariants? (\d)(?:(?: to |, )(\d))?", re.IGNORECASE)
SECTIONS = re.compile(r"providers/(\w+)\.md,? (\d\.\d(?:, \d\.\d)*)")
TRAPS = re.compile(r"\btraps? (\d+)(?:(?: to |, | and )(\d+))*", re.IGNORECASE)
DOCUMENT = re.compile(r"(?<![\w/.-])(?:[\w-]+/)*[\w.-]+\.md\b")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]+)?\)")
EXAMPLES = {"test_citations.py", "test_acceptance.py"}
"""Tests of citing itself: they cite what is not there."""
READ = [path for path in PYTHON + MARKDOWN if path.name not in EXAMPLES]


def unknown_rules(path: Path) -> Iterator[str]:
    cited = {match[1] for match in RULE.finditer(prose(path))}
    if path.suffix == ".py":
        cited |= {rule.upper() for test in names_of_tests(path) for rule in RULE_IN_NAME.findall(f"{test}_")}
    return iter(cited - RULES)


def test_every_rule_and_invariant_that_is_cited_exists() -> None:
    assert {name(path): wrong for path in READ if (wrong := sorted(unknown_rules(path)))} == {}
    cited = {int(number) for path in READ for found in INVARIANT.findall(prose(path)) for number in found if number}
    assert cited
    assert cited <= INVARIANTS


def test_every_section_about_a_provider_that_is_cited_exists() -> None:
    cited = [(path, *found) for path in READ for found in SECTIONS.findall(prose(path))]
    assert len(cited) > 20
    for path, provider, sections in cited:
        for section in sections.split(", "):
            assert f"\n## {section} " in PROVIDERS[provider], f"{name(path)} cites {provider}.md {section}"


@pytest.mark.parametrize(
    ("tests", "provider"),
    [("google_simulator", "google"), ("microsoft_simulator", "graph"), ("exchange_simulator", "ews")],
)
def test_every_trap_that_a_simulators_test_cites_is_listed(tests: str, provider: str) -> None:
    listed = set(re.findall(r"^(\d+)\. ", PROVIDERS[provider], re.MULTILINE))
    texts = [prose(path) for path in PYTHON if f"contract/{tests}/" in name(path)]
    cited = {number for text in texts for match in TRAPS.finditer(text) for number in re.findall(r"\d+", match[0])}
    assert cited
    assert cited <= listed


def test_every_document_that_code_cites_exists() -> None:
    cited = [(name(path), document) for path in READ if path.suffix == ".py" for document in documents(path)]
    assert cited
    assert [(path, document) for path, document in cited if not is_there(document)] == []


def documents(path: Path) -> list[str]:
    return DOCUMENT.findall(prose(path))


def is_there(document: str) -> bool:
    return any(f"{prefix}{document}" in NAMES for prefix in ("", "docs/"))


@pytest.mark.parametrize("path", MARKDOWN, ids=name)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    for target, anchor in LINK.findall(path.read_text()):
        goal = (path.parent / target).resolve() if target else path
        assert goal.exists(), f"{target} is not there"
        assert not anchor or anchor[1:] in anchors(goal), f"{target} has no heading {anchor}"


def anchors(path: Path) -> set[str]:
    """Return what GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
