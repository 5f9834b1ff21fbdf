"""Doorward protects an application from inside: bots, abuse, attacks.

    from doorward import Doorward, shield, sliding_window

    ward = Doorward(
        rules=[
            shield(mode="LIVE"),
            sliding_window(mode="LIVE", interval="60s", max=100),
        ],
    )

    decision = await ward.protect(request, {"userId": user.id})
    if decision.is_denied():
        ...

The core decides; this package marshals. `doorward.asgi`, `doorward.wsgi`,
`doorward.fastapi` and `doorward.flask` fit it to frameworks; `doorward.testing`
is for tests.
"""

from __future__ import annotations

from ._decision import (
    Actor,
    Conclusion,
    Decision,
    Explanation,
    IpDetails,
    Mode,
    Reason,
    RuleExplanation,
    RuleResult,
    SignalExplanation,
)
from ._doorward import __version__
from ._engine import PolicyError
from ._generated import (
    DetectBotWebBotAuth,
    ShieldProbing,
    VerifyAgentBudget,
    detect_bot,
    detect_prompt_injection,
    filter,  # noqa: A004 -- the rule's name
    fixed_window,
    sensitive_info,
    shield,
    sliding_window,
    token_bucket,
    validate_email,
    verify_agent,
)
from ._output import OutputLeak, canary, check_output, with_canary
from ._outside import Keys, Limits, Outside
from ._presets import (
    Rate,
    Velocity,
    protect_checkout,
    protect_login,
    protect_password_reset,
    protect_signup,
)
from ._redact import Unredact, redact, redact_stream
from ._response import Refusal
from ._rules import Duration, OnError, Rule
from ._step_up import StepUp, StepUpResult
from ._store import Observed, Profile, Store, Take, Taken
from ._ward import Doorward, LogSink

__all__ = [
    "Actor",
    "Conclusion",
    "Decision",
    "DetectBotWebBotAuth",
    "Doorward",
    "Duration",
    "Explanation",
    "IpDetails",
    "Keys",
    "Limits",
    "LogSink",
    "Mode",
    "Observed",
    "OnError",
    "OutputLeak",
    "Outside",
    "PolicyError",
    "Profile",
    "Rate",
    "Reason",
    "Refusal",
    "Rule",
    "RuleExplanation",
    "RuleResult",
    "ShieldProbing",
    "SignalExplanation",
    "StepUp",
    "StepUpResult",
    "Store",
    "Take",
    "Taken",
    "Unredact",
    "Velocity",
    "VerifyAgentBudget",
    "__version__",
    "canary",
    "check_output",
    "detect_bot",
    "detect_prompt_injection",
    "filter",
    "fixed_window",
    "protect_checkout",
    "protect_login",
    "protect_password_reset",
    "protect_signup",
    "redact",
    "redact_stream",
    "sensitive_info",
    "shield",
    "sliding_window",
    "token_bucket",
    "validate_email",
    "verify_agent",
    "with_canary",
]
