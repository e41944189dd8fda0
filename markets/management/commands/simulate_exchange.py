"""Serve a recorded or generated market through the exchange's own protocol."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from markets.errors import RecordingError
from markets.simulator.command_line import add_arguments, play


class Command(BaseCommand):
    help = "Serve a market through the exchange's own REST and WebSocket protocol."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, **options: Any) -> None:
        def say(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        try:
            play(options, say)
        except (ValueError, RecordingError) as error:
            raise CommandError(str(error)) from error
