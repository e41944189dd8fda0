"""Making files of the market table in the background, and letting them go."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from markets.errors import MarketUnavailableError
from markets.export_file import ExportFile
from markets.models import Export, ExportState
from markets.screen_choice import BadScreenError, ScreenChoice
from markets.selectors.pairs import known_pairs
from markets.selectors.screens import exports_of
from markets.selectors.tables import current_table
from scalpaiboard.lib.clock import now

logger = logging.getLogger(__name__)

KEEP: Final = timedelta(hours=24)
MOST_EXPORTS: Final = 10
"""Of one person at a time."""
FOLDER: Final = "exports"


def create_export(owner_id: Any, file_format: str, choice: ScreenChoice) -> Export:
    """Note that a person wants a file; raises BadScreenError where they have many."""
    if exports_of(owner_id).count() >= MOST_EXPORTS:
        raise BadScreenError(
            {"request": [f"There are {MOST_EXPORTS} files; delete one first."]}
        )
    return Export.objects.create(
        owner_id=owner_id,
        format=file_format,
        choice=choice.plain(),
        expires_at=now() + KEEP,
    )


def write_export(export_id: UUID) -> None:
    """Write the file of an export that still waits; a second run does nothing."""
    waiting = Export.objects.filter(pk=export_id, state=ExportState.WAITING)
    if not waiting.update(state=ExportState.RUNNING):
        return
    export = Export.objects.get(pk=export_id)
    try:
        _write(export)
    except (MarketUnavailableError, BadScreenError, OSError):
        logger.exception("Wrote no file for the export %s", export_id)
        _note(export, state=ExportState.FAILED)
        path_of(export).unlink(missing_ok=True)


def delete_export(export: Export) -> None:
    """Let a file go."""
    path = path_of(export)  # its key is gone with the row
    export.delete()
    path.unlink(missing_ok=True)


def drop_expired_exports() -> None:
    """Let the files go whose time is over."""
    for export in Export.objects.filter(expires_at__lte=now()):
        path_of(export).unlink(missing_ok=True)
        export.delete()


def path_of(export: Export) -> Path:
    """Return where the file of an export is, once it is ready."""
    folder: Path = settings.DATA_DIR / FOLDER
    return folder / f"{export.pk}.{export.format}"


def _write(export: Export) -> None:
    asked = ScreenChoice.of(export.choice).question()
    table = current_table(asked.clock)
    file = ExportFile(table, known_pairs(table), asked)
    path = path_of(export)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        for part, done in file.parts(export.format):
            out.write(part)
            _note(export, rows_done=done, rows_total=file.rows)
    # Whoever deleted it meanwhile wants no file.
    if not _note(export, state=ExportState.READY):
        path.unlink(missing_ok=True)


def _note(export: Export, **fields: Any) -> int:
    return Export.objects.filter(pk=export.pk).update(**fields)
