import orjson
import pytest
from pytest_django import Settings

from accounts.models import User
from alerts.errors import BadContentError
from alerts.models import Alert, Destination
from alerts.selectors.alerts import alerts_of
from alerts.services.rule_files import file_of, import_alerts
from tests.alerts.services.test_rules import FORM, PRICE, made

pytestmark = [pytest.mark.usefixtures("market"), pytest.mark.once]


def test_a_file_brings_back_what_was_taken_out(alice: User, phone: Destination) -> None:
    made(alice, form=FORM | {"hysteresis_pct": 2}, destinations=[str(phone.pk)])
    made(
        alice,
        name="Quiet",
        quiet={"start": "22:00", "end": "07:05"},
        time_zone="Europe/Berlin",
        mode="reminder",
        remind_minutes=30,
        escalate_step=0.5,
        closes_when="price < 1",
        expires_at="2199-01-01T00:00:00Z",
        template="{pair} {price}",
        is_enabled=False,
    )
    before = orjson.dumps(file_of(alerts_of(alice.pk)))
    alerts_of(alice.pk).delete()

    import_alerts(alice.pk, orjson.loads(before))

    after = file_of(alerts_of(alice.pk).order_by("pk"))
    assert after["alerts"] == orjson.loads(before)["alerts"]


def test_one_bad_item_keeps_the_whole_file_out(alice: User) -> None:
    file = {"alerts": [PRICE, PRICE | {"symbol": "NOPEUSDT"}, PRICE]}

    with pytest.raises(BadContentError) as caught:
        import_alerts(alice.pk, file)

    assert list(caught.value.fields) == ["alerts.1.symbol"]
    assert not Alert.objects.exists()


def test_ten_thousand_alerts_are_refused_with_the_limit(
    alice: User, settings: Settings
) -> None:
    with pytest.raises(BadContentError) as caught:
        import_alerts(alice.pk, {"alerts": [PRICE] * 10_000})

    assert caught.value.fields == {
        "alerts": ["The file has 10,000 alerts; a person may have 1,000."]
    }
    settings.ALERTS_PER_USER = 3
    made(alice)
    with pytest.raises(BadContentError):
        import_alerts(alice.pk, {"alerts": [PRICE] * 3})
    assert Alert.objects.count() == 1


def test_a_repeated_file_is_taken_once(alice: User) -> None:
    file = {"alerts": [PRICE, PRICE | {"name": "Second"}]}

    first, is_new = import_alerts(alice.pk, file, request_key="file")
    again, is_another = import_alerts(alice.pk, file, request_key="file")

    assert (is_new, is_another) == (True, False)
    assert [one.pk for one in again] == [one.pk for one in first]


@pytest.mark.parametrize(
    "file",
    [None, [], {}, {"alerts": []}, {"alerts": 7}, {"version": 2, "alerts": [PRICE]}],
)
def test_what_is_no_file_of_alerts_is_refused(alice: User, file: object) -> None:
    with pytest.raises(BadContentError):
        import_alerts(alice.pk, file)
