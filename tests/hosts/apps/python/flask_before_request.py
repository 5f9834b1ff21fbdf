from __future__ import annotations

from common import known, ward
from doorward.flask import protect
from flask import Flask, g, request

app = Flask(__name__)
app.before_request(protect(ward, context=lambda: known(request.headers.get("X-Email"))))


@app.errorhandler(404)
@app.errorhandler(405)
def anything(_: Exception) -> tuple[dict[str, str], int]:
    return {"decision": g.doorward.id}, 200
