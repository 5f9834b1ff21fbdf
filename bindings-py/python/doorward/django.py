"""Django: judge every request where its middleware stands, under WSGI and ASGI.

    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "doorward.django.DoorwardMiddleware",
    ]
    DOORWARD = "shop.security.ward"
    DOORWARD_CONTEXT = "shop.security.context"  # optional: request -> mapping

`DOORWARD` is a ward or the dotted path of one. The decision is in
`request.doorward`. Where a view knows more, call `ward.protect_sync(request,
{...})` or `await ward.protect(request, {...})` in it.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.utils.module_loading import import_string

from ._decision import Decision
from ._ward import Doorward

__all__ = ["DoorwardMiddleware", "to_response"]


class DoorwardMiddleware:
    """Refuses what the ward denies."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response
        self._ward = _configured("DOORWARD")
        if not isinstance(self._ward, Doorward):
            raise ImproperlyConfigured("DOORWARD: expected a ward or the dotted path of one")
        self._context = _configured("DOORWARD_CONTEXT")
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        if iscoroutinefunction(self._get_response):
            return self._later(request)
        context = self._context(request) if self._context else None
        refused = _judged(request, self._ward.protect_sync(request, context))
        return refused or _with_headers(request, self._get_response(request))

    async def _later(self, request: Any) -> Any:
        context = self._context(request) if self._context else None
        if isawaitable(context):
            context = await context
        refused = _judged(request, await self._ward.protect(request, context))
        return refused or _with_headers(request, await self._get_response(request))


def to_response(request: Any, decision: Decision) -> Any:
    """The refusal as a Django response."""
    answer = decision.to_response(request.META.get("HTTP_ACCEPT", ""))
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def _judged(request: Any, decision: Decision) -> Any:
    """The refusal, where there is one."""
    request.doorward = decision
    return to_response(request, decision) if decision.is_denied() else None


def _with_headers(request: Any, response: Any) -> Any:
    request.doorward._answered(response.status_code)
    for name, value in request.doorward.headers().items():
        response.headers.setdefault(name, value)
    return response


def _configured(name: str) -> Any:
    value = getattr(settings, name, None)
    return import_string(value) if isinstance(value, str) else value
