from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from scalpaiboard import env


def test_text_comes_from_the_file_that_its_twin_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    monkeypatch.setenv("A_SECRET", "from the variable")
    monkeypatch.setenv("A_SECRET_FILE", str(secret))

    assert env.text("A_SECRET") == "from the file"


def test_a_file_that_cannot_be_read_stops_with_the_variable_and_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = tmp_path / "missing"
    monkeypatch.setenv("A_SECRET_FILE", str(missing))

    with pytest.raises(ImproperlyConfigured, match=f"A_SECRET_FILE.*{missing}"):
        env.text("A_SECRET")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_VALUE", "")

    assert env.text("A_VALUE", "default") == "default"
    assert env.integer("A_VALUE", 3, low=1, high=9) == 3
    assert env.flag("A_VALUE", default=True) is True


@pytest.mark.parametrize(
    ("written", "value"), [("YES", True), ("1", True), ("off", False), ("0", False)]
)
def test_flag_reads_the_usual_words(
    monkeypatch: pytest.MonkeyPatch, written: str, value: bool
) -> None:
    monkeypatch.setenv("A_FLAG", written)

    assert env.flag("A_FLAG", default=not value) is value


def test_a_flag_that_is_no_truth_value_stops_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_FLAG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="A_FLAG is 'maybe'"):
        env.flag("A_FLAG", default=True)


@pytest.mark.parametrize("written", ["0", "10", "many", "1.5"])
def test_a_number_out_of_bounds_stops_with_its_bounds(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("A_NUMBER", written)

    with pytest.raises(ImproperlyConfigured, match=r"A_NUMBER.*from 1 to 9"):
        env.integer("A_NUMBER", 5, low=1, high=9)


def test_words_are_parted_by_commas_and_trimmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_WORDS", " one, two ,,three")

    assert env.words("SOME_WORDS") == ["one", "two", "three"]


def test_a_choice_outside_the_set_stops_with_the_options(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_CHOICE", "green")

    with pytest.raises(ImproperlyConfigured, match=r"A_CHOICE.*red, blue"):
        env.choice("A_CHOICE", "red", ("red", "blue"))


def test_a_table_is_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TABLE", '{"TOKEN": "x", "TRIES": 3}')

    assert env.mapping("A_TABLE") == {"TOKEN": "x", "TRIES": 3}
    assert env.mapping("ANOTHER_TABLE") == {}


@pytest.mark.parametrize("written", ["{", "[1]", "token"])
def test_what_is_no_table_stops_with_the_variable(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("A_TABLE", written)

    with pytest.raises(ImproperlyConfigured, match=r"A_TABLE .* JSON object"):
        env.mapping("A_TABLE")
