"""Template tags that find the built scripts and styles by Vite's manifest."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_WORKER: Final = "worker/worker.ts"
_PUBLIC: Final = ("mark.svg", "icon-192.png")
"""Files without a hash that the pages show without a network too."""


class FrontendNotBuiltError(ImproperlyConfigured):
    """The pages' scripts and styles have not been built, or not this one."""


@lru_cache(maxsize=2)
def _read(path: Path, _written_ns: int) -> dict[str, dict[str, Any]]:
    manifest: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def _manifest() -> dict[str, dict[str, Any]]:
    path: Path = settings.FRONTEND_MANIFEST
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise FrontendNotBuiltError(
            f"The front end is not built: {path} is missing. Run `make setup`."
        ) from None


def _entry(source: str) -> dict[str, Any]:
    try:
        return _manifest()[source]
    except KeyError:
        raise FrontendNotBuiltError(
            f"The front end has no {source!r}; {settings.FRONTEND_MANIFEST} is of "
            "another version. Run `make setup`."
        ) from None


def _url(file: str) -> str:
    return static(f"app/{file}")


@register.simple_tag
def frontend_styles(source: str) -> SafeString:
    """Return the stylesheet links of an entry."""
    files = _entry(source).get("css", [])
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((_url(file),) for file in files)
    )


@register.simple_tag
def frontend_module(source: str) -> SafeString:
    """Return the script of an entry, run after the page is read."""
    return format_html(
        '<script type="module" src="{}"></script>', _url(_entry(source)["file"])
    )


@register.simple_tag
def frontend_early_script(source: str) -> SafeString:
    """Return the script of an entry that must run before the first paint."""
    return format_html('<script src="{}"></script>', _url(_entry(source)["file"]))


@register.simple_tag
def frontend_public(file: str) -> str:
    """Return the address of a file that the build takes as it is."""
    return _url(file)


@register.simple_tag
def frontend_font(source: str) -> SafeString:
    """Return the link that loads a font before the stylesheet asks for it."""
    return format_html(
        '<link rel="preload" as="font" type="font/woff2" href="{}" crossorigin>',
        _url(_entry(source)["file"]),
    )


def service_worker(*, offline: str) -> str:
    """
    Return the service worker's script, with the list of what it keeps.

    The list changes with every build, and with it the script: that is how a
    browser learns of the new one. `offline` is the address of the page that is
    shown without a network.
    """
    path: Path = settings.FRONTEND_MANIFEST
    script: str = _entry(_WORKER)["file"]
    text = path.read_text(encoding="utf-8")
    files = {file for entry in _manifest().values() for file in _files_of(entry)}
    build = {
        "version": sha256(text.encode()).hexdigest()[:16],
        "assets": sorted(_url(file) for file in {*files, *_PUBLIC} - {script}),
        "offline": offline,
    }
    return f"const BUILD = {json.dumps(build)};\n" + (path.parent / script).read_text(
        encoding="utf-8"
    )


def _files_of(entry: dict[str, Any]) -> list[str]:
    return [entry["file"], *entry.get("css", []), *entry.get("assets", [])]
