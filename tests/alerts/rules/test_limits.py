import math

from alerts.rules.limits import Match, Summary, summarise


def test_three_matches_are_told_each_by_itself() -> None:
    assert summarise([Match(symbol, 1.0) for symbol in "ABC"]) is None


def test_four_matches_become_one_with_the_three_traded_most() -> None:
    matches = [Match("A", 5.0), Match("B", 9.0), Match("C", 1.0), Match("D", 7.0)]

    summary = summarise(matches)

    assert summary == Summary(("B", "D", "A"), 4)
    assert summary.others == 1


def test_a_volume_that_is_not_known_is_never_on_top() -> None:
    matches = [Match("A", math.nan), Match("D", 0.0), Match("C", 0.0), Match("B", 2.0)]

    assert summarise(matches) == Summary(("B", "C", "D"), 4)
