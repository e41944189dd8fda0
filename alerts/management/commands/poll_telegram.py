"""Hear what people write to the board's bot."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from alerts.errors import TransportError
from alerts.rules.words import counted
from alerts.services.telegram import poll_once, webhook_path, webhook_secret
from alerts.transports.registry import bot_api


class Command(BaseCommand):
    help = (
        "Answer what people write to the bot until it is stopped; with "
        "TELEGRAM_WEBHOOK_URL, tell Telegram to call the board instead, and end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="answer what is there, and end"
        )

    def handle(self, *, once: bool, **_: Any) -> None:
        try:
            bot = bot_api()
            if settings.TELEGRAM_WEBHOOK_URL:
                address = settings.TELEGRAM_WEBHOOK_URL.rstrip("/") + webhook_path()
                bot.set_webhook(address, webhook_secret())
                self.stdout.write("Telegram calls the board from now on.")
                return
            bot.delete_webhook()
        except TransportError as error:
            raise CommandError(str(error)) from error
        if once:
            self.stdout.write(f"{counted(poll_once(), 'update')} answered.")
            return
        self._poll_until_stopped()

    def _poll_until_stopped(self) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.wait(1.0):
            poll_once(wait_s=25)
