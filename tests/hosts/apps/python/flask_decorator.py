from __future__ import annotations

from common import known, ward
from doorward.flask import protected
from flask import Flask, g, request

app = Flask(__name__)
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PROPFIND", "PUT"]


@app.route("/", defaults={"path": ""}, methods=METHODS)
@app.route("/<path:path>", methods=METHODS)
@protected(ward, context=lambda: known(request.headers.get("X-Email")))
def anything(path: str) -> dict[str, str]:  # noqa: ARG001 -- the route's
    return {"decision": g.doorward.id}
