"""What a board says in the terminal while it starts and stops."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

SAY_EACH_S = 5.0


class Screen:
    """Lines for people; a bar where there is a terminal to draw it in."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def done(self, sentence: str) -> None:
        """Say that a step is done."""
        self._print(f"[green]✓[/] {sentence}")

    def notice(self, sentence: str) -> None:
        """Say what a person should know."""
        self._print(f"[yellow]![/] {sentence}")

    def important(self, lead: str, text: str) -> None:
        """Say what a person came for."""
        self._print(f"[cyan]→[/] {lead} [bold]{text}[/]")

    def waiting(self, sentence: str) -> contextlib.AbstractContextManager[object]:
        """Show that something takes a moment."""
        return self._console.status(sentence)

    @contextlib.contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Show progress; the function given back takes done and total."""
        if not self._console.is_terminal:
            yield _Lines(self.done, what)
            return
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self._console,
        )
        task = bar.add_task(what, total=None)
        has_begun = False

        def on_progress(done: int, total: int) -> None:
            nonlocal has_begun
            if not has_begun and done < total:
                bar.start()
                has_begun = True
            bar.update(task, completed=done, total=total)
            if has_begun and done >= total:
                bar.stop()

        try:
            yield on_progress
        finally:
            bar.stop()

    # Addresses and passwords are copied: no line is wrapped or coloured by guess.
    def _print(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, highlight=False)


class _Lines:
    """Progress as a line now and then, for logs."""

    def __init__(self, say: Callable[[str], None], what: str) -> None:
        self._say = say
        self._what = what
        self._said_at = 0.0
        self._is_done = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        is_done = done >= total
        if self._is_done or (not is_done and now - self._said_at < SAY_EACH_S):
            return
        self._said_at = now
        self._is_done = is_done
        self._say(f"{self._what}: {done} of {total}")
