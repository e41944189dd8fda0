"""What machines ask: is the process alive, can it serve."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from markets.health import parts_of_the_board


@require_safe
@never_cache
def alive(_request: HttpRequest) -> JsonResponse:
    """Answer as long as the process does."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer 200 where everything is there, 503 with what is not."""
    parts = parts_of_the_board()
    is_ready = all(part.is_ok for part in parts)
    return JsonResponse(
        {
            "status": "ok" if is_ready else "unavailable",
            "parts": {part.name: part.message for part in parts},
        },
        status=200 if is_ready else 503,
    )
