"""One shape for every error: ``{"error": {"code", "message", "fields"}}``."""

import math
from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from markets.errors import (
    ExchangeError,
    MarketUnavailableError,
    RateLimitedError,
    UnknownSymbolError,
)
from scalpaiboard.lib.fields import BadFieldsError

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {
                    "type": "object",
                    "description": "What is wrong with each parameter, by its name.",
                    "additionalProperties": {
                        "type": "array",
                        "items": {"type": "string"},
                    },
                },
            },
        }
    },
}


class UnavailableError(exceptions.APIException):
    """Something that the answer needs is not there now; trying later helps."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"

    def __init__(self, message: str, *, wait_s: float | None = None) -> None:
        super().__init__(message)
        if wait_s is not None:
            # DRF's own handler writes it into the header Retry-After.
            self.wait = math.ceil(wait_s)


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into an answer; None where it is a fault of ours."""
    error = _as_api_error(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    if not isinstance(error, exceptions.APIException):
        error = exceptions.NotFound()  # Django's Http404 and its kin
    fields: dict[str, list[str]] = {}
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.detail)
        message = " ".join(sentence for some in fields.values() for sentence in some)
        code = "invalid"
    else:
        message, code = str(error.detail), str(error.get_codes())
    response.data = {"error": {"code": code, "message": message, "fields": fields}}
    return response


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, UnknownSymbolError):
        return exceptions.NotFound(str(error))
    if isinstance(error, BadFieldsError):
        return exceptions.ValidationError(error.fields)
    if isinstance(error, RateLimitedError):
        return UnavailableError(str(error), wait_s=error.retry_after_s)
    if isinstance(error, (MarketUnavailableError, ExchangeError, TimeoutError)):
        return UnavailableError(str(error) or "The exchange does not answer in time.")
    return error


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(name): [str(one) for one in some] for name, some in detail.items()}
    return {"request": [str(one) for one in detail]}
