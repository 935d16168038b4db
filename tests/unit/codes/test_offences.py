"""Offences: the grammar of their codes, what they say, and the published faults that are reported and not mended."""

import re

import pytest

from joinedup.codes import code_list, is_outcome, offence, offence_class
from joinedup.errors import CodeListError

PUBLISHED_CLASS = re.compile(r"[0-9]{3}/[0-9]{2}")


@pytest.mark.parametrize(
    ("code", "ho_class", "section", "penetrative", "ages", "others"),
    [
        ("SX03001", "019/07", "1", True, (13, 15), ("F", None)),
        ("SX03004", "019/10", "1", True, (16, None), ("M", None)),
        ("SX03013", "019/16", "5", True, (0, 12), ("F", None)),
        ("SX03005", "020/03", "2", True, (13, None), ("F", None)),
        ("SX03016", "017/14", "6", True, (0, 12), ("M", None)),
        ("SX03018", "017/16", "7", False, (0, 12), ("M", None)),
        ("SX03012", "022/03", "4", True, (13, None), ("M", None)),
        ("SX03021", "021/02", "8", True, (0, 12), ("F", None)),
        ("SX03025", "022/06", "9", True, (13, 15), ("F", "adult")),
        ("SX03159", "022/19", "9", False, (13, 15), ("M", "adult")),
        ("SX03030", "022/09", "10", True, (13, 15), ("M", "adult")),
        ("SX03033", "021/11", "12", False, (0, 12), (None, "adult")),
        ("SX03037", "022/12", "13 with 9", True, (13, 15), ("F", "under 18")),
        ("SX03226", "088/02", "15", None, (0, 15), ("M", "adult")),
        ("SX03224", "071/17", "15A", None, (0, 15), (None, "adult")),
        ("SX03056", "073/09", "17", None, (13, 17), ("F", "adult")),
        ("SX03077", "023/09", "26", True, (13, 17), ("M", "adult")),
        ("SX03188", "023/37", "26", True, (13, 17), ("M", "under 18")),
        ("SX03109", "071/14", "47", True, (13, 15), ("F", None)),
        ("SX03230", "071/08", "48", None, (13, 17), (None, None)),
    ],
)  # fmt: skip
def test_an_offence_says_its_class_section_act_victim_and_offender(code, ho_class, section, penetrative, ages, others):
    found = offence(code)
    assert (found.ho_class, found.section, found.penetrative) == (ho_class, section, penetrative)
    assert (found.victim_age_low, found.victim_age_high) == ages
    assert (found.victim_sex, found.offender) == others
    assert found.act == "Sexual Offences Act 2003"


def test_sexual_activity_and_rape_share_an_age_band_and_not_a_class():
    activity, rape = offence("SX03025"), offence("SX03001")
    assert (
        (activity.victim_age_low, activity.victim_age_high) == (rape.victim_age_low, rape.victim_age_high) == (13, 15)
    )
    assert activity.offender == "adult"
    assert activity.penetrative
    assert activity.ho_class.startswith("022/")
    assert rape.ho_class.startswith("019/")


def test_offences_by_those_under_18_say_so():
    for number in (35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, *range(164, 171 + 1)):
        assert offence(f"SX03{number:03d}").offender == "under 18"


def test_a_letter_at_the_end_is_a_form_of_the_offence():
    attempt = offence("sx03001a")
    assert (attempt.code, attempt.base, attempt.form) == ("SX03001A", "SX03001", "attempt")
    assert (attempt.ho_class, attempt.base_class) == ("019/11", "019/07")
    assert [offence(f"SX03013{end}").form for end in "ABCIE"] == [
        "attempt", "aid or abet", "conspire", "incite", "encourage",
    ]  # fmt: skip
    assert offence("SX03013").form is None


def test_a_form_without_a_line_of_its_own_is_read_all_the_same():
    assert code_list("cjs-offence").translate("SX03019B") == ("SX03019B", None)
    found = offence("SX03019B")
    assert found.title.startswith("Aid or abet: ")
    assert found.victim_age_high == 12


def test_a_form_has_a_class_only_where_a_source_gives_one():
    assert offence("SX03025E").ho_class == "022/06"
    assert offence("SX03025A").ho_class is None
    assert offence("SX03025A").base_class == "022/06"


@pytest.mark.parametrize("code", ["SX03001Z", "SX03001AA", "SX3001", "TH68001", "A", "", "SX03001 A"])
def test_a_code_outside_the_grammar_or_the_list_is_refused(code):
    with pytest.raises(CodeListError, match="not a code of list `cjs-offence`"):
        offence(code)


def test_published_faults_are_reported_and_not_mended():
    boy, watch = offence("SX03192"), offence("SX03199")
    assert (boy.victim_sex, boy.ho_class) == ("M", "073/07")
    assert "073/08" in boy.published_fault
    assert watch.ho_class == "073/17"
    assert "073/18" in watch.published_fault
    for code in ("SX03003", "SX03004"):
        assert "1956" in offence(code).published_fault
    assert offence("SX03001").published_fault is None


def test_codes_withdrawn_since_are_still_read():
    assert offence("SX03047").ended == "2022-06-27"
    assert offence("SX03048").ho_class == "088/01"


def test_every_class_of_an_offence_exists():
    for code in code_list("cjs-offence").codes.values():
        for name in ("ho_class", "attempt_ho_class"):
            if code.facts[name]:
                assert PUBLISHED_CLASS.fullmatch(code.facts[name])
                assert code.facts[name] in code_list("ho-class").codes


def test_an_offence_without_class_or_section_says_why():
    for code in code_list("cjs-offence").codes:
        found = offence(code)
        if found.form is None and not (found.ho_class and found.section):
            assert found.note


def test_offence_and_class_agree_on_sex_and_offender_save_for_the_published_faults():
    for code in code_list("cjs-offence").codes:
        found = offence(code)
        if found.ho_class is None or found.published_fault:
            continue
        its_class = offence_class(found.ho_class)
        assert its_class.victim_sex in (None, found.victim_sex)
        assert its_class.offender in (None, found.offender)
        assert its_class.penetrative in (None, found.penetrative)


@pytest.mark.parametrize("text", ["019/07", "19/07", "19/7", "01907", " 19 / 7 "])
def test_a_class_is_found_in_every_form_it_is_written_in(text):
    assert offence_class(text).code == "019/07"


def test_a_class_without_subclass_is_a_quality_flag():
    assert offence_class("19/00").quality_flag
    assert not offence_class("19/07").quality_flag


def test_older_law_is_kept_for_abuse_long_ago():
    for code in ("022/01", "021/01", "020/01", "017/11", "074/01", "016/12", "025/03"):
        assert offence_class(code).older_law
    assert offence_class("022/01").victim_age_high == 15
    assert not offence_class("019/07").older_law


def test_the_published_tag_says_which_classes_are_against_children():
    assert offence_class("022/06").against_child
    assert not offence_class("019/08").against_child


def test_a_victim_is_a_child_where_the_highest_age_is_under_18():
    assert offence("SX03056").victim_is_child
    assert not offence("SX03005").victim_is_child


def test_a_class_that_does_not_exist_is_refused():
    with pytest.raises(CodeListError, match="not a code of list `ho-class`"):
        offence_class("998/98")


def test_outcomes_are_1_to_22_and_three_more_and_0_is_none():
    codes = code_list("outcome").codes
    assert {code for code in codes if is_outcome(code)} == {str(n) for n in range(1, 22 + 1)} | {"1A", "2A", "3A"}
    assert not is_outcome("0")
    with pytest.raises(CodeListError, match="not a code of list `outcome`"):
        is_outcome("23")


def test_outcomes_14_15_and_16_differ_on_suspect_and_on_support():
    facts = {code: code_list("outcome")[code].facts for code in ("14", "15", "16")}
    assert [facts[code]["suspect_identified"] for code in ("14", "15", "16")] == ["no", "yes", "yes"]
    assert [facts[code]["victim_supports"] for code in ("14", "15", "16")] == ["no", "yes", "no"]


@pytest.mark.parametrize(("text", "code"), [("02", "2"), ("Outcome 15", "15"), ("1a", "1A"), ("22", "22")])
def test_an_outcome_is_found_with_a_zero_or_a_word_before_it(text, code):
    assert code_list("outcome").translate(text).code == code


@pytest.mark.shared
def test_every_published_code_and_class_is_in_the_lists(published):
    offences = {row["cjsCode"] for row in published("cjs-sexual-offences.csv")}
    assert offences <= set(code_list("cjs-offence").codes)
    rows = published("home-office-classes.csv")
    classes = {f"{int(row['category']):03d}/{int(row['sub_category']):02d}" for row in rows}
    assert len(classes) == 3039
    assert set(code_list("ho-class").codes) - classes == {"021/26", "021/27", "022/26", "022/30"}
    assert classes <= set(code_list("ho-class").codes)
