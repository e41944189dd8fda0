"""
What can go wrong with alerts.

AlertsError
├── TransportError                a message was not delivered; `permanent` or not
│   ├── DestinationGoneError      the destination takes no messages any more
│   ├── MessageRefusedError       this message will never be taken, another may
│   │   └── BotRefusedError       Telegram found a call at fault
│   └── NotConfiguredError        the operator has not set this way out up
├── DestinationConfigError        what a person typed as a destination is at fault
├── BadSignalError                what the operator typed as a signal is at fault
└── BadContentError               what a person typed is at fault: tell them where
"""

from scalpaiboard.lib.fields import BadFieldsError


class AlertsError(Exception):
    """Base of everything that goes wrong with alerts."""


class TransportError(AlertsError):
    """
    A message was not delivered, as far as we know.

    Parameters
    ----------
    message
        What happened, as a sentence without secrets.
    permanent
        Whether trying again is useless.
    retry_after_s
        How long the other side asked us to wait; None where it did not say.
    may_have_arrived
        Whether the other side may have taken the message all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after_s: float | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.may_have_arrived = may_have_arrived


class DestinationGoneError(TransportError):
    """The destination takes no messages any more: switch it off, tell its owner."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class MessageRefusedError(TransportError):
    """The destination will never take this message; it may take the next one."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class BotRefusedError(MessageRefusedError):
    """Telegram found a call at fault; `moved_to` is the chat's new number, if any."""

    def __init__(self, message: str, *, moved_to: str = "") -> None:
        super().__init__(message)
        self.moved_to = moved_to


class NotConfiguredError(TransportError):
    """The operator has not set up, or not rightly, what this kind needs."""


class DestinationConfigError(AlertsError, BadFieldsError):
    """What a person typed is at fault."""


class BadSignalError(AlertsError, BadFieldsError):
    """What the operator typed is at fault."""


class BadContentError(AlertsError, BadFieldsError):
    """What a person typed is at fault."""
