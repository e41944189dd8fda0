"""Answers as they go out: encoded, compressed, with their tag."""

import gzip
import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

_GZIP_FROM_BYTES: Final = 1_000
_GZIP_LEVEL: Final = 1
"""Four times faster than the best level, and a tenth larger."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An encoded answer, plain and compressed."""

    etag: str
    plain: bytes
    compressed: bytes | None

    @classmethod
    def of(cls, content: Any) -> "Answer":
        """Encode an answer."""
        plain = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
        etag = f'"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"'
        compressed = None
        if len(plain) >= _GZIP_FROM_BYTES:
            compressed = gzip.compress(plain, _GZIP_LEVEL, mtime=0)
        return cls(etag, plain, compressed)


def respond(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Return the answer as the caller wants it: compressed, plain, or 304."""
    response: HttpResponse
    # A proxy that compresses weakens the tag it passes on.
    asked = {
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("If-None-Match", "").split(",")
    }
    if answer.etag in asked:
        response = HttpResponseNotModified()
    elif answer.compressed and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(answer.compressed, content_type="application/json")
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(answer.plain, content_type="application/json")
        # Said so that no middleware compresses the same bytes again and again.
        response["Content-Encoding"] = "identity"
    response["ETag"] = answer.etag
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Accept-Encoding, Cookie"
    return response
