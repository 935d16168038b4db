"""What is said to the person who can put it right."""

import errno
import os

import pytest

from joinedup import errors
from joinedup.errors import (
    BusyError,
    GateError,
    JoinedupError,
    Place,
    ProjectError,
    StorageError,
    from_oserror,
    nearest,
)


def test_a_place_names_only_what_is_known():
    assert str(Place("arrests.csv", 1204, "dob")) == "arrests.csv, row 1,204, column `dob`"
    assert str(Place(file="arrests.csv")) == "arrests.csv"
    assert str(Place(column="dob")) == "column `dob`"
    assert str(Place()) == ""


def test_a_message_says_where_then_what_then_what_to_do():
    error = GateError("There is no such rule.", place=Place("joinedup.toml"), remedy="Check its name.")
    assert str(error) == "joinedup.toml: There is no such rule. Check its name."
    assert str(GateError("There is no such rule.")) == "There is no such rule."


def test_under_json_every_key_is_there_also_when_nothing_is_known():
    assert JoinedupError("It cannot be used.").as_json() == {
        "code": "JoinedupError", "file": None, "row": None, "column": None, "rule": None,
        "message": "It cannot be used.", "remedy": None,
    }  # fmt: skip


def test_under_json_a_narrower_error_gives_its_own_name_and_place():
    error = BusyError("A run holds the folder.", place=Place("demo", 3, "dob"), rule="one-run", remedy="Wait for it.")
    assert error.as_json() == {
        "code": "BusyError", "file": "demo", "row": 3, "column": "dob", "rule": "one-run",
        "message": "A run holds the folder.", "remedy": "Wait for it.",
    }  # fmt: skip


def test_what_a_user_must_put_right_ends_with_2():
    assert {kind.exit_code for kind in (JoinedupError, BusyError, ProjectError, StorageError)} == {2}


def test_a_mistyped_name_brings_the_nearest_and_a_strange_one_brings_none():
    assert nearest("surnam", ["forenames", "surname"]) == " Did you mean `surname`?"
    assert nearest("zzz", ["forenames", "surname"]) == ""


def test_a_file_that_is_not_there_is_told_in_plain_words(tmp_path):
    missing = tmp_path / "absent.csv"
    with pytest.raises(FileNotFoundError) as caught:
        missing.open()
    plain = from_oserror(caught.value)
    assert str(plain) == f"{missing}: There is no such file or folder. Check the path."


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only disk"), (errno.EACCES, "Permission")],
)
def test_what_the_disk_refuses_is_told_with_a_remedy(number, words):
    plain = from_oserror(OSError(number, os.strerror(number), "runs"))
    assert isinstance(plain, StorageError)
    assert words in plain.message
    assert plain.remedy


def test_a_fault_nobody_foresaw_is_still_a_storage_error():
    assert from_oserror(OSError("odd")).message == "The operating system refused to read or write."


def family(root: type[JoinedupError]) -> list[type[JoinedupError]]:
    return [root, *(member for child in root.__subclasses__() for member in family(child))]


@pytest.mark.parametrize("kind", family(JoinedupError), ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_drawn_tree_with_its_exit_code(kind):
    assert kind.__module__ == "joinedup.errors"
    drawn = [line.lstrip(" │├└─").split() for line in (errors.__doc__ or "").splitlines() if " exit " in line]
    assert [kind.__name__, "exit", str(kind.exit_code)] in [words[:3] for words in drawn]
