"""Logs say where an error arose, never the input that caused it (G2)."""

import sys

import pytest
from pydantic import BaseModel, ValidationError

from chassis.observability.private_text import traceback_without_input, without_input

_TEXT = "canary"


class Note(BaseModel):
    """Something with a number."""

    number: int


def fault() -> ValidationError:
    """The error of a text in the place of the number."""
    with pytest.raises(ValidationError) as caught:
        Note.model_validate({"number": _TEXT})  # not the text itself: tracebacks show the source
    return caught.value


def test_g2_a_validation_error_names_the_field_and_not_the_value() -> None:
    assert "canary" in str(fault()), "pydantic would say it"
    assert without_input(fault()) == "1 faults in Note: number: int_parsing"
    assert without_input(KeyError("a")) == "'a'"


def test_g2_a_traceback_holds_no_input_neither_its_own_nor_its_causes() -> None:
    try:
        try:
            raise fault()
        except ValidationError as error:
            raise ExceptionGroup("both", [fault()]) from error
    except ExceptionGroup:
        info = sys.exc_info()
    assert info[0] is not None
    text = traceback_without_input(info)
    assert "canary" not in text
    assert text.count("  int_parsing") == 2
