"""A Django application in one file: what it is asked for decides how it reads the body."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import re_path
from doorward import Doorward, fixed_window, shield

rules = [shield(mode="LIVE"), fixed_window(mode="LIVE", window="1h", max=8)]
ward = Doorward(rules=rules, characteristics=["userId", "ip.src"])


def context(request: HttpRequest) -> dict[str, Any]:
    return {"userId": request.headers.get("x-user", "")}


def read(request: HttpRequest, how: str) -> Any:
    if how == "post":
        return {**request.POST.dict(), **{name: len(f) for name, f in request.FILES.items()}}
    if how == "stream":
        return len(b"".join(iter(lambda: request.read(7), b"")))
    return len(request.body)


def answer(request: Any, how: str) -> JsonResponse:
    decision = request.doorward
    again = ward.protect_sync(request, context(request))
    got = read(request, how)
    after = ward.protect_sync(request, context(request))
    told = [result.reason.code for result in (again.results[0], after.results[0])]
    return JsonResponse({"ip": decision.ip, "got": got, "shield": told})


def view(request: HttpRequest, how: str) -> JsonResponse:
    return answer(request, how)


async def aview(request: HttpRequest, how: str) -> JsonResponse:
    return answer(request, how)


if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="only for tests",
        MIDDLEWARE=["doorward.django.DoorwardMiddleware"],
        DOORWARD="served_django.ward",
        DOORWARD_CONTEXT="served_django.context",
    )

urlpatterns = [re_path("^async/(.*)$", aview), re_path("^(.*)$", view)]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
