"""What may be logged of an error."""

from bot import faults


class _Coded(Exception):
    code = 451


def test_an_error_is_told_by_its_kind_its_code_and_what_brought_it_about() -> None:
    error = ValueError("Wren")
    error.__cause__ = _Coded("451 the mailbox of Wren is full")
    assert faults.of(error) == "ValueError from _Coded 451"


def test_errors_that_are_each_others_cause_are_told_all_the_same() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert faults.of(one) == "ValueError from KeyError from ValueError"
