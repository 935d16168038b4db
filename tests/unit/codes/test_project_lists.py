"""Lists that a project brings, and what is said of those that are not well formed."""

import os

import pytest

from joinedup.codes import code_list
from joinedup.errors import CodeListError


def write(folder, name, text):
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_a_project_list_without_an_inside_column_is_an_inside_list(tmp_path):
    write(tmp_path, "race", "code,label,reason\nW,White,\nB,Black,\nU,Unknown,not_known\n")
    race = code_list("race", tmp_path)
    assert race.inside == "race"
    assert race.substantive == {"W", "B"}
    assert race.translate("white") == ("W", None)
    assert race.translate("U") == (None, "not_known")


def test_a_project_list_may_translate_to_a_shipped_one_and_say_so_in_an_index(tmp_path):
    write(tmp_path, "index", "name,title,column,inside,source\nlocal-sex,Local sex,sex,sex,Force manual\n")
    write(tmp_path, "local-sex", "code,label,inside,also\n1M,Man,M,Male;Boy\n2F,Woman,F,\n")
    local = code_list("local-sex", tmp_path)
    assert (local.inside, local.source, local.title) == ("sex", "Force manual", "Local sex")
    assert local.translate("boy").code == "M"
    assert local.back("F") == "2F"


def test_a_project_list_is_read_before_a_shipped_one_of_its_name(tmp_path):
    write(tmp_path, "sex-cjs", "code,inside\nX,M\n")
    assert code_list("sex-cjs", tmp_path).translate("X").code == "M"
    assert code_list("sex-cjs", tmp_path).inside == "sex"
    assert code_list("sex-cjs").translate("X").code is None


def test_a_project_list_that_was_edited_is_read_again(tmp_path):
    write(tmp_path, "race", "code\nW\n")
    assert code_list("race", tmp_path).translate("B").code is None
    write(tmp_path, "race", "code\nW\nB\n")
    os.utime(tmp_path / "race.csv", (2_000_000_000, 2_000_000_000))
    assert code_list("race", tmp_path).translate("B").code == "B"


def test_a_spelling_of_two_meanings_has_none(tmp_path):
    write(tmp_path, "town", "code,also\nA,centre\nB,centre\nC,\n")
    assert code_list("town", tmp_path).translate("Centre") == (None, "unmapped")


def test_a_code_goes_before_a_label_and_a_label_before_another_spelling(tmp_path):
    write(tmp_path, "order", "code,label,also\nA,B,C\nB,C,A\nC,A,B\n")
    assert [code_list("order", tmp_path).translate(text).code for text in "ABC"] == ["A", "B", "C"]


def test_two_codes_of_one_meaning_are_sent_back_only_if_one_is_preferred(tmp_path):
    write(tmp_path, "two", "code,inside,preferred\n1,M,\n2,M,\n3,F,\n4,F,yes\n")
    assert [code_list("two", tmp_path).back(code) for code in "MF"] == [None, "4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,label\nA,one\nA,two\n", "row 3: This code is in the list twice"),
        ("code,label\n,one\n", "row 2: A code is missing"),
        ("code,inside,reason\nA,B,refused\n", "row 2: A code has either an inside code or a reason"),
        ("code,inside,reason\nA,,\n", "row 2: A code has either an inside code or a reason"),
        ("code,reason\nA,refusd\n", "row 2: This is not a reason for a missing value. Did you mean `refused`?"),
        ("label\none\n", "row 1: There is no column `code`"),
        ("code\nA,one\n", "row 2: This line has more cells than the header"),
        ("", "row 1: There is no column `code`"),
    ],
)
def test_a_line_that_is_not_well_formed_is_refused_with_its_place(tmp_path, text, message):
    write(tmp_path, "local", text)
    with pytest.raises(CodeListError) as refused:
        code_list("local", tmp_path)
    assert f"local.csv, {message}" in str(refused.value)


def test_a_list_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "local.csv").write_bytes("code\ncafé\n".encode("cp1252"))
    with pytest.raises(CodeListError, match="not a CSV file in UTF-8"):
        code_list("local", tmp_path)


def test_an_index_with_an_unknown_shape_is_refused(tmp_path):
    write(tmp_path, "index", "name,inside,shape\nlocal,local,round\n")
    write(tmp_path, "local", "code\nA\n")
    with pytest.raises(CodeListError, match="row 2: A list has a shape"):
        code_list("local", tmp_path)


def test_a_list_that_does_not_exist_is_refused_with_the_nearest_name(tmp_path):
    write(tmp_path, "nibrs-race", "code\nW\n")
    with pytest.raises(CodeListError, match="Did you mean `sde-pole`"):
        code_list("sde-polle")
    with pytest.raises(CodeListError, match="Did you mean `nibrs-race`"):
        code_list("nibrs-rac", tmp_path)


def test_a_code_that_does_not_exist_is_refused_with_the_nearest_code_and_not_repeated():
    with pytest.raises(CodeListError) as refused:
        code_list("sde-hmpps").label("MERGED")
    assert "Did you mean `MERGE`?" in str(refused.value)
    assert "MERGED" not in str(refused.value)
