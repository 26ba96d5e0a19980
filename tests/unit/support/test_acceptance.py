"""The acceptance list is read off the tests, and is up to date."""

from tests.support import acceptance


def test_a_test_cites_rules_by_its_name_and_its_docstring() -> None:
    source = '''
def test_h1_j3_a_deletion() -> None:
    """Not before D2; Z9 and A0 are no rules."""

def helper_k1_is_no_test() -> None: ...
'''
    assert sorted(rule for rule, _ in acceptance.citations(source)) == ["D2", "H1", "J3"]


def test_the_list_is_up_to_date() -> None:
    assert acceptance.FILE.read_text() == acceptance.text(), "make docs writes it anew"
