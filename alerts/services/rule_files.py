"""A person's alerts as a file: taken out, and brought in, all or none."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from alerts.alert_content import AlertContent, plain_alert
from alerts.errors import BadContentError
from alerts.models import Alert
from alerts.selectors.alerts import alerts_of
from alerts.selectors.surroundings import Surroundings
from alerts.services.rules import (
    faults_of,
    one_at_a_time,
    put_content,
    refuse_too_many,
)
from scalpaiboard.lib.clock import now

MOST_FAULTS: Final = 50
"""Items of a file whose faults are told at once."""
VERSION: Final = 1


def file_of(alerts: Iterable[Alert]) -> dict[str, Any]:
    """Return alerts as plain values that `import_alerts` takes."""
    return {"version": VERSION, "alerts": [plain_alert(one) for one in alerts]}


@transaction.atomic
def import_alerts(
    owner_id: Any, given: object, *, request_key: str = ""
) -> tuple[list[Alert], bool]:
    """
    Make every alert of a file, or none where one is at fault.

    One that is over already is taken as it is. The same request again returns
    what the first one made.

    Returns
    -------
    tuple[list[Alert], bool]
        The alerts, and whether they are new.

    Raises
    ------
    BadContentError
        If something is at fault; an item's is named as ``alerts.7.symbol``.
    MarketUnavailableError
        If there is no market yet that could know their pairs.
    """
    one_at_a_time(owner_id)
    start = f"{blake2b(request_key.encode(), digest_size=20).hexdigest()}:"
    if request_key and (
        made := list(alerts_of(owner_id).filter(request_key__startswith=start))
    ):
        return made[::-1], False
    contents = _read(given)
    refuse_too_many(owner_id, [one.scope for one in contents])
    around = Surroundings(owner_id)
    wrong = {
        f"alerts.{place}.{name}": sentences
        for place, content in enumerate(contents)
        for name, sentences in faults_of(content, around).items()
    }
    if wrong:
        raise BadContentError(wrong)
    at = now()
    made = []
    for place, content in enumerate(contents):
        key = f"{start}{place}" if request_key else None
        alert = Alert(owner_id=owner_id, request_key=key)
        put_content(alert, content, around, at)
        made.append(alert)
    return made, True


def _read(given: object) -> list[AlertContent]:
    file = given if isinstance(given, dict) else {}
    items, version = file.get("alerts"), file.get("version", VERSION)
    if not isinstance(items, list) or not items:
        raise BadContentError({"request": ["The file must have a list of alerts."]})
    if version != VERSION:
        raise BadContentError(
            {"version": [f"The version is {version!r:.20}; {VERSION} can be read."]}
        )
    if len(items) > settings.ALERTS_PER_USER:
        sentence = (
            f"The file has {len(items):,} alerts; a person may have "
            f"{settings.ALERTS_PER_USER:,}."
        )
        raise BadContentError({"alerts": [sentence]})
    contents: list[AlertContent] = []
    wrong: dict[str, list[str]] = {}
    faulty = 0
    for place, item in enumerate(items):
        try:
            contents.append(AlertContent.of(item))
        except BadContentError as error:
            wrong |= {f"alerts.{place}.{name}": s for name, s in error.fields.items()}
            faulty += 1
        if faulty == MOST_FAULTS:
            break
    if wrong:
        raise BadContentError(wrong)
    return contents
