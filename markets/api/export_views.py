"""Files of the market table that are made in the background."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from markets.api import screen_schema
from markets.api.questions import no_question, wrong_choice
from markets.api.screen_schema import owned
from markets.api.screen_views import OwnedView
from markets.export_file import CONTENT_TYPES
from markets.models import Export, ExportState
from markets.screen_choice import FORMATS, BadScreenError, ScreenChoice
from markets.selectors.screens import export_of, exports_of
from markets.services.exports import create_export, delete_export, path_of
from markets.tasks import write_export


class OwnedExportView(OwnedView):
    """Files of the caller."""

    def own_export(self, export_id: UUID) -> Export:
        """Return the caller's export; raises NotFound for anyone else's."""
        export = export_of(self.request.user.pk, export_id)
        if export is None:
            raise NotFound("You have no such file, or its day is over.")
        return export


class ExportsView(OwnedExportView):
    """The caller's files."""

    @owned("exports", {200: screen_schema.EXPORTS})
    def get(self, request: Request) -> HttpResponse:
        """List the caller's files, the newest first."""
        no_question(request.query_params)
        found = [_plain(one) for one in exports_of(request.user.pk)]
        return self.at_once({"exports": found})

    @owned("create_export", {202: screen_schema.EXPORT}, body=screen_schema.EXPORT_BODY)
    def post(self, request: Request) -> HttpResponse:
        """Have a file made of all rows of a screen; it is kept for a day."""
        export = create_export(request.user.pk, *_read(request.data))
        # Celery's tasks have it under Django; its stubs do not say so.
        write_export.delay_on_commit(str(export.pk))  # type: ignore[attr-defined]
        answer = self.at_once(_plain(export))
        answer.status_code = 202
        return answer


class ExportView(OwnedExportView):
    """One file of the caller, and how far it is."""

    @owned("export", {200: screen_schema.EXPORT}, finds=True)
    def get(self, request: Request, export_id: UUID) -> HttpResponse:
        """Tell how far a file is."""
        no_question(request.query_params)
        return self.at_once(_plain(self.own_export(export_id)))

    @owned("delete_export", {204: None}, finds=True)
    def delete(self, request: Request, export_id: UUID) -> HttpResponse:
        """Let a file go before its day is over."""
        delete_export(self.own_export(export_id))
        return HttpResponse(status=204)


class ExportFileView(OwnedExportView):
    """The bytes of a file."""

    @owned(
        "export_file",
        {(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()},
        finds=True,
    )
    def get(self, request: Request, export_id: UUID) -> HttpResponseBase:
        """Return the file itself, once it is ready."""
        no_question(request.query_params)
        export = self.own_export(export_id)
        if export.state != ExportState.READY:
            raise NotFound(f"The file is not there: it is {export.state}.")
        return FileResponse(
            path_of(export).open("rb"),
            as_attachment=True,
            filename=f"screener.{export.format}",
            content_type=CONTENT_TYPES[export.format],
        )


def _read(given: Any) -> tuple[str, ScreenChoice]:
    if not isinstance(given, dict):
        raise BadScreenError({"request": ["The export must be an object."]})
    file_format = given.get("format", FORMATS[0])
    if file_format not in FORMATS:
        sentence = wrong_choice("format", str(file_format), FORMATS)
        raise BadScreenError({"format": [sentence]})
    others = {name: value for name, value in given.items() if name != "format"}
    return file_format, ScreenChoice.of(others)


def _plain(export: Export) -> dict[str, Any]:
    is_ready = export.state == ExportState.READY
    return {
        "id": str(export.pk),
        "format": export.format,
        "state": export.state,
        "rows_done": export.rows_done,
        "rows_total": export.rows_total,
        "created_at": int(export.created_at.timestamp() * 1_000),
        "expires_at": int(export.expires_at.timestamp() * 1_000),
        "file": f"/api/exports/{export.pk}/file" if is_ready else None,
    }
