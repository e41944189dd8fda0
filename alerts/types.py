"""Closed sets of words that alerts are made of."""

from enum import StrEnum


class Clock(StrEnum):
    """Which table a rule reads: confirmed at a close, or each second."""

    CLOSED = "closed"
    LIVE = "live"


class Mode(StrEnum):
    """How often a rule speaks."""

    ONCE = "once"
    ONCE_PER_CANDLE = "once_per_candle"
    EACH_EPISODE = "each_episode"
    REMINDER = "reminder"


class Scope(StrEnum):
    """Which pairs an alert watches."""

    PAIR = "pair"
    WATCHLIST = "watchlist"
    SCREEN = "screen"
    MARKET = "market"


class Side(StrEnum):
    """Which way a signal points."""

    BULL = "bull"
    BEAR = "bear"
    NEUTRAL = "neutral"


class Phase(StrEnum):
    """What happened to an episode."""

    OPEN = "open"
    ESCALATE = "escalate"
    REMIND = "remind"
    CLOSE = "close"


class Reason(StrEnum):
    """Why a rule spoke, or did not, of a pair at a minute: exactly one."""

    FIRED = "fired"
    STILL_OPEN = "still_open"
    COOL_DOWN = "cool_down"
    FALSE = "false"
    UNKNOWN = "unknown"
    STALE = "stale"
    QUIET_HOURS = "quiet_hours"
    LIMIT = "limit"
    DISABLED = "disabled"
    DELIVERY_FAILED = "delivery_failed"


class DestinationKind(StrEnum):
    """Where messages go."""

    IN_APP = "in_app"
    EMAIL = "email"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    WEBHOOK = "webhook"
    WEB_PUSH = "web_push"
    APPRISE = "apprise"


class DeliveryState(StrEnum):
    """How far a message is."""

    OWED = "owed"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
