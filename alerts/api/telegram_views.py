"""What Telegram tells the board, where it calls rather than is asked."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from alerts.services.telegram import handle_update, webhook_secret
from alerts.transports.registry import bot_api
from markets.api.views import MarketView


class TelegramView(MarketView):
    """The address that Telegram calls; nobody else knows it."""

    authentication_classes: tuple[Any, ...] = ()
    throttle_classes = ()
    parser_classes = (JSONParser,)

    @extend_schema(exclude=True)
    def post(self, request: Request, secret: str) -> HttpResponse:
        """Answer what was written to the bot."""
        told = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        is_asked_for = settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_WEBHOOK_URL
        if not is_asked_for or not all(
            constant_time_compare(one, webhook_secret()) for one in (secret, told)
        ):
            raise NotFound("There is nothing here.")
        if isinstance(request.data, dict):
            handle_update(bot_api(), request.data)
        return HttpResponse(status=204)
