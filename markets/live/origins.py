"""Which pages may open the live socket."""

from typing import override
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator


class PageOriginValidator(OriginValidator):
    """
    Refuses pages of other sites.

    A client that is no browser sends no origin and is welcome: what it could
    gain by pretending, it has anyway.
    """

    @override
    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)
