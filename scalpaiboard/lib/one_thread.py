"""Django's HTTP side run in one go in a thread."""

from collections.abc import Callable
from typing import override

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OneThreadHandler(ASGIHandler):
    """
    Runs middleware and view of a request together in one thread.

    Django goes from the loop to a thread and back for each middleware or view
    that cannot wait on the loop. Here none of them needs to wait on it, and the
    way to and fro costs more than most answers.
    """

    @override
    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)
        answer: Callable[[HttpRequest], HttpResponseBase] = vars(self)[
            "_middleware_chain"
        ]
        self._middleware_chain = sync_to_async(answer, thread_sensitive=True)
