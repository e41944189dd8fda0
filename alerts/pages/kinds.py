"""The kinds of destination as the page shows them: what to type, and what for."""

from dataclasses import dataclass
from typing import Final

from alerts.types import DestinationKind


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of destination that a person can add.

    `field` is the part of its configuration that is typed, empty where nothing
    has to be.
    """

    name: DestinationKind
    label: str
    meaning: str
    field: str = ""
    field_label: str = ""
    input_type: str = "text"
    placeholder: str = ""
    note: str = ""
    verb: str = "Add"


KINDS: Final = (
    Kind(
        DestinationKind.WEB_PUSH,
        "This browser",
        "A notification of this browser, also while no page of the board is open.",
        verb="Allow notifications",
        note="On a phone, install the board as an app first.",
    ),
    Kind(
        DestinationKind.TELEGRAM,
        "Telegram",
        "A chat with the board's bot; it also answers to /alerts and /mute.",
        verb="Make the link",
        note="You get a link that opens Telegram; press Start there.",
    ),
    Kind(
        DestinationKind.EMAIL,
        "E-mail",
        "A mail with the candle picture.",
        "address",
        "Address",
        "email",
        "you@example.com",
        "A code is sent there, to be typed here.",
        verb="Send the code",
    ),
    Kind(
        DestinationKind.DISCORD,
        "Discord",
        "A channel of a server of yours.",
        "url",
        "Webhook address",
        "url",
        "https://discord.com/api/webhooks/…",
        "In Discord: channel settings, Integrations, Webhooks, New webhook.",
    ),
    Kind(
        DestinationKind.WEBHOOK,
        "Webhook",
        "JSON to a server of yours, signed.",
        "url",
        "Address",
        "url",
        "https://example.com/alerts",
        "It gets a signed challenge first, and must echo it.",
    ),
    Kind(
        DestinationKind.APPRISE,
        "Other (Apprise)",
        "Slack, Matrix, ntfy, Pushover, Signal and some hundred more.",
        "url",
        "Apprise address",
        "text",
        "ntfys://ntfy.sh/topic",
        "The form of each service is told on Apprise's own pages.",
        verb="Send the code",
    ),
)
