"""What the screener asks each second: rows, small lines, checks and the why."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from markets.api import content, schema, screen_questions as questions, screen_schema
from markets.api.limits import HourlyLimit
from markets.api.views import MarketView, table_with
from markets.engine.expressions.completion import complete
from markets.engine.expressions.wording import in_words
from markets.engine.overview import spark
from markets.errors import ExpressionError, MarketUnavailableError
from markets.export_file import CONTENT_TYPES, ExportFile
from markets.screening import count_passing, explain_pair, read_condition
from markets.selectors.pairs import known_pairs, texts_of
from markets.selectors.sparks import sparks_of
from markets.selectors.tables import current_table


class ScreenerLimit(HourlyLimit):
    """A page that is open asks once a second; a person has several open."""

    scope = "screener"
    nameless_limit = user_limit = 20_000


class ScreenerView(MarketView):
    """The rows of a screen, asked for once a second."""

    throttle_classes = (ScreenerLimit,)

    @schema.answers(
        "screener", screen_schema.SCREENER, *screen_schema.SCREENER_PARAMETERS
    )
    def get(self, request: Request) -> HttpResponse:
        """List the pairs that a screen lets through, and its pinned ones."""
        asked = questions.screen_question(request.query_params)
        table = current_table(asked.clock)
        return self.cached(
            asked,
            table.version,
            lambda: content.screen(table, known_pairs(table), asked),
        )


class SparksView(MarketView):
    """Small lines of the last day."""

    throttle_classes = (ScreenerLimit,)

    @schema.answers("sparks", screen_schema.SPARKS, *screen_schema.SPARKS_PARAMETERS)
    def get(self, request: Request) -> HttpResponse:
        """Return the line of the last day of some pairs."""
        symbols = questions.sparks_question(request.query_params)
        table = current_table("live")
        known = [symbol for symbol in symbols if symbol in table.row_of]
        lines = sparks_of(table, known)
        sparks = {symbol: spark(closes) for symbol, closes in lines.items()}
        return self.at_once({"sparks": sparks})


class CheckView(MarketView):
    """An expression looked over while it is written."""

    throttle_classes = (ScreenerLimit,)

    @schema.answers(
        "check_expression", screen_schema.CHECK, *screen_schema.CHECK_PARAMETERS
    )
    def get(self, request: Request) -> HttpResponse:
        """Tell what is wrong with an expression, or how many pairs it lets through."""
        text, clock = questions.expression_question(request.query_params)
        try:
            condition = read_condition(text)
        except ExpressionError as error:
            return self.at_once(content.checked(error.problems, "", "", None))
        table = current_table(clock)
        passing = count_passing(condition, table, known_pairs(table))
        words = in_words(condition.expression)
        return self.at_once(content.checked((), condition.normal_form, words, passing))


class CompleteView(MarketView):
    """What could be written next."""

    throttle_classes = (ScreenerLimit,)

    @schema.answers(
        "complete_expression",
        screen_schema.COMPLETIONS,
        *screen_schema.COMPLETE_PARAMETERS,
        waits=False,
    )
    def get(self, request: Request) -> HttpResponse:
        """Offer what could stand at the cursor of an expression."""
        text, cursor = questions.completion_question(request.query_params)
        try:
            texts = texts_of(known_pairs(current_table("live")))
        except MarketUnavailableError:
            texts = {}
        found = complete(text, cursor, texts=texts)
        offers = [one._asdict() for one in found]
        return self.at_once({"completions": offers})


class ExplainView(MarketView):
    """The why of one pair."""

    throttle_classes = (ScreenerLimit,)

    @schema.answers(
        "explain_coin",
        screen_schema.EXPLANATION,
        *screen_schema.EXPLAIN_PARAMETERS,
        finds=True,
    )
    def get(self, request: Request, symbol: str) -> HttpResponse:
        """Return what each part of an expression is worth for one pair."""
        condition, clock = questions.explain_question(request.query_params)
        table = table_with(symbol, clock)
        part = explain_pair(condition, table, known_pairs(table), symbol)
        return self.at_once(content.explained(table, symbol, part))


class FileView(MarketView):
    """The list as a file, made at once."""

    @extend_schema(
        operation_id="coins_file",
        parameters=list(screen_schema.FILE_PARAMETERS),
        responses={
            (200, "text/csv"): str,
            (200, "application/json"): schema.COINS["properties"]["coins"],
            (400, "application/json"): screen_schema.ERROR.response,
            (429, "application/json"): screen_schema.ERROR.response,
            (503, "application/json"): screen_schema.ERROR.response,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return all rows of the list as a file; a large one is asked for as export."""
        asked, file_format = questions.file_question(request.query_params)
        table = current_table(asked.clock)
        file = ExportFile(table, known_pairs(table), asked)
        if file.is_large:
            sentence = (
                f"It would have {file.rows} rows of {len(asked.columns)} columns; "
                "POST /api/exports makes one so large."
            )
            raise ValidationError({"columns": [sentence]})
        response = HttpResponse(
            b"".join(part for part, _ in file.parts(file_format)),
            content_type=CONTENT_TYPES[file_format],
        )
        name = f'attachment; filename="screener.{file_format}"'
        response["Content-Disposition"] = name
        response["Cache-Control"] = "no-store"
        return response
