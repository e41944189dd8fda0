"""Previews of signals: asked for once, worked out in the background, kept a while."""

from dataclasses import asdict
from typing import Any, Final, Literal, TypedDict

from django.core.cache import cache

from alerts.models import Signal
from alerts.selectors.would_have_fired import would_have_fired
from markets.errors import MarketError

_KEPT_S: Final = 900
_LONGEST_RUN_S: Final = 600
"""What the task may take; after that another may begin."""


class PreviewJob(TypedDict):
    """How far a preview is; `error` is a sentence, and `preview` plain values."""

    state: Literal["running", "done", "failed"]
    progress: float
    preview: dict[str, Any] | None
    error: str


def begin_preview(signal: Signal) -> bool:
    """Note that a preview is asked for; false where one is under way already."""
    running = _job("running")
    if cache.add(_key(signal), running, _LONGEST_RUN_S):
        return True
    known = preview_job(signal)
    if known is not None and known["state"] == "running":
        return False
    cache.set(_key(signal), running, _LONGEST_RUN_S)
    return True


def preview_job(signal: Signal) -> PreviewJob | None:
    """Return how far the preview of a signal as it is now is, None without one."""
    found: PreviewJob | None = cache.get(_key(signal))
    return found


def run_preview(signal: Signal) -> None:
    """Work a preview out, and keep it, or why there is none."""
    told = 0

    def say(share: float) -> None:
        nonlocal told
        if int(share * 100) > told:
            told = int(share * 100)
            cache.set(_key(signal), _job("running", progress=share), _LONGEST_RUN_S)

    try:
        found = would_have_fired(signal, on_progress=say)
    except MarketError as error:
        cache.set(_key(signal), _job("failed", error=str(error)), _KEPT_S)
    else:
        done = _job("done", progress=1.0, preview=asdict(found))
        cache.set(_key(signal), done, _KEPT_S)


def _job(
    state: Literal["running", "done", "failed"],
    *,
    progress: float = 0.0,
    preview: dict[str, Any] | None = None,
    error: str = "",
) -> PreviewJob:
    return {"state": state, "progress": progress, "preview": preview, "error": error}


# Another definition is another preview.
def _key(signal: Signal) -> str:
    return f"signal-preview:{signal.pk}:{signal.version}"
