"""The command `simulate_exchange` refuses what it cannot play."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"faults": '{"gremlins": true}'}, "gremlins"),
        ({"speed": 0}, "must be more than 0"),
        ({"pairs": 5_000}, "from 1 to 2000"),
        ({"recording": Path("no/such/file.csv")}, "does not exist"),
    ],
)
def test_a_market_that_cannot_be_played_stops_the_command_with_its_reason(
    options: dict[str, object], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("simulate_exchange", **options)
