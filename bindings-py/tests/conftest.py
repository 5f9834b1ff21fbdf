"""Every test begins with empty stores and without the on-call switch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doorward.testing import forget
from hypothesis import HealthCheck, settings

# A busy machine is no finding.
settings.register_profile("doorward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("doorward")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DOORWARD_MODE", "DOORWARD_SECRET", "VERCEL", "FLY_APP_NAME", "RENDER"):
        monkeypatch.delenv(name, raising=False)
    forget()
    yield
    forget()
