"""What other WAFs say of the labelled requests: libinjection, and ModSecurity 3 with CRS.

    python3 xtask/peers/waf.py FOLDER [--tsv FILE]

Reads every `*.jsonl.gz` of the folder and prints, per pool, class and source, how many
requests each peer takes for an attack. `cargo xtask eval peers` runs it.

All through libmodsecurity (Debian: libmodsecurity3, modsecurity-crs), each request handed
over whole: line, headers, body. CRS decides by its inbound anomaly threshold of 5. As any
application would, it allows the methods, content types and headers that its clients use; what
the files do not record (Host, Content-Length) is added, so that its absence counts against
no request.
libinjection is asked by rules of its own, both detectors on the arguments, names, cookies,
path, Referer, User-Agent and XML text that CRS gives them, decoded as CRS decodes.

What a set of rules said of a file is kept under target/peers.
"""

from __future__ import annotations

import ctypes
import gzip
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from ctypes.util import find_library
from pathlib import Path
from typing import Any

CRS = Path("/usr/share/modsecurity-crs/rules")
KEPT = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "peers"
CODE = {"benign_code", "benign_html", "benign_markdown", "benign_template", "benign_xml"}
ABSENT = 2

BODY = r"""
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 13107200
SecRequestBodyJsonDepthLimit 512
SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecRule REQUEST_HEADERS:Content-Type "^(?:application|text)/(?:[\w.-]+\+)?xml" \
  "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/(?:[\w.-]+\+)?json" \
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
"""
ASKED = (
    "REQUEST_COOKIES|REQUEST_COOKIES_NAMES|ARGS_NAMES|ARGS|XML:/*|REQUEST_FILENAME|"
    "REQUEST_HEADERS:User-Agent|REQUEST_HEADERS:Referer"
)
LIBINJECTION = f"""
SecDefaultAction "phase:2,pass,nolog"
SecRule {ASKED} "@detectSQLi" "id:1,phase:2,t:none,t:utf8toUnicode,t:urlDecodeUni,\
t:removeNulls,deny,status:403"
SecRule {ASKED} "@detectXSS" "id:2,phase:2,t:none,t:utf8toUnicode,t:urlDecodeUni,\
t:htmlEntityDecode,t:jsDecode,t:cssDecode,t:removeNulls,deny,status:403"
"""
METHODS = (
    "GET HEAD POST OPTIONS PUT PATCH DELETE PROPFIND PROPPATCH REPORT MKCOL MKCALENDAR COPY MOVE "
    "LOCK UNLOCK SEARCH ACL POSTS"
)


def crs(level: int, types: list[str]) -> str:
    """CRS at a paranoia level, for an application that serves these content types."""
    served = " ".join(f"|{one}|" for one in types)
    return f"""
SecDefaultAction "phase:1,nolog,pass"
SecDefaultAction "phase:2,nolog,pass"
SecAction "id:900000,phase:1,nolog,pass,t:none,setvar:tx.paranoia_level={level}"
SecAction "id:900110,phase:1,nolog,pass,t:none,setvar:tx.inbound_anomaly_score_threshold=5"
SecAction "id:900200,phase:1,nolog,pass,t:none,setvar:'tx.allowed_methods={METHODS}'"
SecAction "id:900220,phase:1,nolog,pass,t:none,\
setvar:'tx.allowed_request_content_type={served}'"
SecAction "id:900250,phase:1,nolog,pass,t:none,setvar:'tx.restricted_headers=/proxy/'"
SecAction "id:900990,phase:1,nolog,pass,t:none,setvar:tx.crs_setup_version=334"
""" + "".join(f"Include {path}\n" for path in sorted(CRS.glob("REQUEST-*.conf")))


class Intervention(ctypes.Structure):
    _fields_ = (
        ("status", ctypes.c_int),
        ("pause", ctypes.c_int),
        ("url", ctypes.c_char_p),
        ("log", ctypes.c_char_p),
        ("disruptive", ctypes.c_int),
    )


class ModSecurity:
    """libmodsecurity with one set of rules."""

    def __init__(self, rules: str) -> None:
        name = find_library("modsecurity")
        if name is None:
            raise SystemExit(ABSENT)
        self.lib = ctypes.CDLL(name)
        for function in ("msc_init", "msc_create_rules_set", "msc_new_transaction"):
            getattr(self.lib, function).restype = ctypes.c_void_p
        self.engine = ctypes.c_void_p(self.lib.msc_init())
        # it says on stderr what nobody hears
        self.deaf = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: None)
        self.lib.msc_set_log_cb(self.engine, self.deaf)
        self.rules = ctypes.c_void_p(self.lib.msc_create_rules_set())
        error = ctypes.c_char_p()
        if self.lib.msc_rules_add(self.rules, rules.encode(), ctypes.byref(error)) < 0:
            raise SystemExit(f"peers: {(error.value or b'').decode(errors='replace')}")

    def blocks(self, row: dict[str, Any]) -> bool:
        lib = self.lib
        made = lib.msc_new_transaction(self.engine, self.rules, None)
        transaction = ctypes.c_void_p(made)
        try:
            lib.msc_process_connection(transaction, b"203.0.113.9", 40000, b"192.0.2.1", 443)
            uri = row["path"] + (f"?{row['query']}" if row["query"] else "")
            lib.msc_process_uri(
                transaction, uri.encode("utf-8", "replace"), row["method"].encode(), b"1.1"
            )
            body = (row["body"] or "").encode("utf-8", "replace")
            for name, value in headers(row, len(body)):
                n, v = name.encode("utf-8", "replace"), value.encode("utf-8", "replace")
                lib.msc_add_n_request_header(transaction, n, len(n), v, len(v))
            lib.msc_process_request_headers(transaction)
            if body:
                lib.msc_append_request_body(transaction, body, len(body))
            lib.msc_process_request_body(transaction)
            said = Intervention(200, 0, None, None, 0)
            lib.msc_intervention(transaction, ctypes.byref(said))
            return bool(said.disruptive)
        finally:
            lib.msc_transaction_cleanup(transaction)


def headers(row: dict[str, Any], length: int) -> Iterator[tuple[str, str]]:
    named = {name.lower() for name in row["headers"]}
    if "host" not in named:
        yield "Host", "www.example.com"
    if row["content_type"] and "content-type" not in named:
        yield "Content-Type", row["content_type"]
    if length and not named & {"content-length", "transfer-encoding"}:
        yield "Content-Length", str(length)
    if not length and row["method"] == "POST" and "content-length" not in named:
        yield "Content-Length", "0"
    yield from ((name, value) for name, value in row["headers"].items() if isinstance(value, str))


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def content_type(row: dict[str, Any]) -> str:
    found = {name.lower(): value for name, value in row["headers"].items()}.get("content-type")
    return str(found or row["content_type"] or "").partition(";")[0].strip().lower()


def said_of(rules: str, path: Path) -> str:
    """One digit a row, 1 where the rules block; kept by what rules and file hold."""
    versions = "".join(sorted(p.name + str(p.stat().st_size) for p in CRS.glob("*")))
    key = hashlib.sha256(f"{rules}{versions}".encode() + path.read_bytes()).hexdigest()[:16]
    kept = KEPT / f"{path.name.partition('.')[0]}-{key}"
    if not kept.exists():
        peer = ModSecurity(rules)
        said = "".join("01"[peer.blocks(row)] for row in rows(path))
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(said)
    return kept.read_text()


def main() -> None:
    if find_library("modsecurity") is None or not CRS.is_dir():
        print("peers: libmodsecurity3 and modsecurity-crs are not installed", file=sys.stderr)
        raise SystemExit(ABSENT)
    files = sorted(Path(sys.argv[1]).glob("*.jsonl.gz"))
    meta = {
        path: [
            (r["label"], r["category"], r["source"].partition("/")[0], r["id"]) for r in rows(path)
        ]
        for path in files
    }
    types = sorted({content_type(row) for path in files for row in rows(path)} - {""})
    types = [one for one in types if one.isascii() and not set(one) & set("'\"|\\ ,")]
    peers = {
        "libinjection": BODY + LIBINJECTION,
        "CRS PL1": BODY + crs(1, types),
        "CRS PL2": BODY + crs(2, types),
    }
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = {
            (peer, path): pool.submit(said_of, rules, path)
            for peer, rules in peers.items()
            for path in files
        }
        said = {key: future.result() for key, future in waiting.items()}
    counts: dict[str, dict[tuple[str, ...], dict[str, list[int]]]] = {}
    for split in ("train", "dev"):
        table: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(
            lambda: {peer: [0, 0] for peer in peers}
        )
        for (peer, path), digits in said.items():
            if not path.name.startswith(split):
                continue
            for (label, category, source, _), digit in zip(meta[path], digits, strict=True):
                pool_name = (
                    "attacks"
                    if label == "attack"
                    else "benign, code-like"
                    if category in CODE
                    else "benign, not code-like"
                )
                keys = [("", pool_name), ("class", label, category), ("source", label, source)]
                if label == "benign":
                    keys.append(("", "benign, all"))
                for key in keys:
                    table[key][peer][0] += digit == "1"
                    table[key][peer][1] += 1
        counts[split] = table
    for split, table in counts.items():
        print(f"\npeers on {split}: % taken for attacks (no score, so no AUC)")
        print(f"{'':<44}{'rows':>7}" + "".join(f"{peer:>14}" for peer in peers))
        before = ""
        for key in sorted(table):
            if key[0] != before:
                before = key[0]
                print(f"by {before}")
            by_peer = table[key]
            shown = "".join(f"{100 * by_peer[peer][0] / by_peer[peer][1]:>14.2f}" for peer in peers)
            print(f"{' '.join(key[1:]):<44}{next(iter(by_peer.values()))[1]:>7}{shown}")
    if "--tsv" in sys.argv:
        out = Path(sys.argv[sys.argv.index("--tsv") + 1])
        with out.open("w", encoding="utf-8") as file:
            print("split", "group", "label", "name", "rows", *peers, sep="\t", file=file)
            for split, table in counts.items():
                for key in sorted(table):
                    cells = [table[key][peer][0] for peer in peers]
                    total = next(iter(table[key].values()))[1]
                    print(
                        split,
                        key[0] or "pool",
                        *key[1:2],
                        key[-1],
                        total,
                        *cells,
                        sep="\t",
                        file=file,
                    )


if __name__ == "__main__":
    main()
