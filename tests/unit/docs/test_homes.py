"""The glossary and the rules name modules that exist; a rule's home cites it, or says what of the rule is missing."""

import re

import pytest

from tests.support import acceptance, rules
from tests.unit.docs.citations import PYTHON, ROOT, name, prose

MODULES = {
    ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PYTHON
    if "/src/" in name(path)
    for source in [next(parent for parent in path.parents if parent.name == "src")]
}
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
WORDS = re.findall(r"^\| (.+?) \| .+ \| `([\w.]+)` \|$", GLOSSARY, re.MULTILINE)


def test_every_word_of_the_glossary_lives_in_a_module_that_exists() -> None:
    rows = [line for line in GLOSSARY.splitlines() if line.startswith("| ") and not line.startswith("| word")]
    assert len(WORDS) == len(rows) > 50
    assert {word: module for word, module in WORDS if module not in MODULES} == {}


@pytest.mark.parametrize("rule", rules.read(), ids=lambda rule: rule.id)
def test_every_rule_has_a_home_that_cites_it(rule: rules.Rule) -> None:
    assert rule.homes or rule.missing
    for home in rule.homes:
        assert home in MODULES, f"{home} is not there"
        assert re.search(rf"\b{rule.id}\b", prose(MODULES[home])), f"{home} does not cite {rule.id}"


def test_every_rule_that_no_test_proves_is_marked_as_not_built() -> None:
    proven = acceptance.proofs()
    assert {rule.id for rule in rules.read() if not proven.get(rule.id) and not rule.missing} == set()


@pytest.mark.parametrize("entrance", ["README.md", "docs/README.md"])
def test_the_rules_are_one_link_away(entrance: str) -> None:
    assert "rules.md)" in (ROOT / entrance).read_text()
