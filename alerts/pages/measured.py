"""What came after a rule's own episodes, in a line."""

from alerts.selectors.measured import Measured, Share, measured_of


def measured_line(number: int, version: str) -> str:
    """Return what was measured of a rule as it is now; nothing before the first."""
    versions = measured_of([number]).get(number, [])
    return next((_line(one) for one in versions if one.version == version), "")


def _line(one: Measured) -> str:
    fires = (
        f"{one.fires:,} {'fire' if one.fires == 1 else 'fires'} as it is defined now"
    )
    shares = (
        ("higher 1h later", one.up_1h),
        ("target before stop", one.hit),
        ("still true at the close", one.held_at_close),
    )
    told = [f"{what} {_told(share)}" for what, share in shares if share is not None]
    return "; ".join([fires, *told]) + "."


def _told(share: Share) -> str:
    interval = f"{100 * share.low:.0f}–{100 * share.high:.0f}"
    return f"{100 * share.share:.0f} % ({interval}) of {share.count:,}"
