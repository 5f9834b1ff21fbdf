from __future__ import annotations

import django
from common import known, ward
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import re_path

settings.configure(
    ALLOWED_HOSTS=["*"],
    DOORWARD=ward,
    DOORWARD_CONTEXT=lambda request: known(request.headers.get("X-Email")),
    MIDDLEWARE=["doorward.django.DoorwardMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a test",
)
django.setup()


def anything(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"decision": request.doorward.id})


urlpatterns = [re_path("", anything)]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
