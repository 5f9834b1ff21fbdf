# ruff: noqa: RUF001, SIM905 -- signs of other languages; lists of names
"""Texts of another distribution than the labelled corpus, labelled as they are made.

    texts.py SEED COUNT >texts.jsonl

Values come from generators that are not this repository's: Faker's in 28 locales, and for phone
numbers libphonenumber's examples of every country, in the forms in which it writes them. The
sentences, logs, forms and files around them are written here, in a dozen languages; `clean` rows
hold what is taken for such values by mistake. `sensitive.py` runs this in its own environment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import sys
import uuid
from collections.abc import Callable
from typing import Any

import phonenumbers
from faker import Faker
from phonenumbers import PhoneNumberFormat as Form

LOCALES = (
    "en_US en_GB en_AU en_IN de_DE de_AT fr_FR fr_CA es_ES es_MX it_IT nl_NL pl_PL pt_BR pt_PT "
    "sv_SE no_NO da_DK fi_FI cs_CZ tr_TR ru_RU uk_UA ja_JP zh_CN ko_KR el_GR hu_HU"
).split()
REGIONS = (
    "US CA GB IE AU NZ IN ZA DE AT CH FR BE ES MX AR CL CO IT NL PL PT BR SE NO DK FI CZ SK HU RO "
    "BG GR TR RU UA JP CN KR TW HK SG MY TH VN PH ID IL AE SA EG MA NG KE"
).split()
CARDS = "visa16 visa19 mastercard amex discover diners jcb maestro".split()

Made = tuple[str, str]
"""A value as it is written, and its type."""


class Values:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        Faker.seed(chance.randrange(1 << 30))
        self.fakers = {locale: Faker(locale) for locale in LOCALES}

    def faker(self) -> Faker:
        return self.fakers[self.chance.choice(LOCALES)]

    def letters(self, alphabet: str, count: int) -> str:
        return "".join(self.chance.choices(alphabet, k=count))

    def grouped(self, digits: str, sizes: tuple[int, ...], sign: str) -> str:
        parts, at = [], 0
        for size in sizes:
            parts.append(digits[at : at + size])
            at += size
        return sign.join(part for part in [*parts, digits[at:]] if part)

    # ---- one of each type

    def email(self) -> Made:
        fake = self.faker()
        kind = self.chance.randrange(5)
        if kind == 0:
            return fake.ascii_company_email(), "EMAIL"
        if kind == 1:
            name = fake.user_name()
            return f"{name}+{self.chance.choice(['shop', 'news', 'x1'])}@gmail.com", "EMAIL"
        if kind == 2:
            return f"{fake.user_name()}@mail.{fake.domain_name()}".upper(), "EMAIL"
        return fake.ascii_free_email() if kind == 3 else fake.ascii_safe_email(), "EMAIL"

    def number(self) -> phonenumbers.PhoneNumber:
        """A number that is valid in its country, near the example of its kind."""
        while True:
            region = self.chance.choice(REGIONS)
            kind = self.chance.choice((0, 1))  # fixed line, mobile
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            digits = list(phonenumbers.national_significant_number(example))
            for at in range(len(digits) // 2, len(digits)):
                digits[at] = self.chance.choice(string.digits)
            try:
                made = phonenumbers.parse("".join(digits), region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(made):
                return made

    def international(self) -> Made:
        number = self.number()
        form = self.chance.choice((Form.INTERNATIONAL, Form.E164))
        written = phonenumbers.format_number(number, form)
        if self.chance.random() < 0.15:
            written = written.replace(" ", self.chance.choice((".", "-")))
        return written, "PHONE"

    def national(self) -> Made:
        return phonenumbers.format_number(self.number(), Form.NATIONAL), "PHONE"

    def card(self) -> Made:
        digits = self.fakers["en_US"].credit_card_number(self.chance.choice(CARDS))
        sign = self.chance.choice(("", "", " ", "-"))
        if sign:
            sizes = {14: (4, 6, 4), 15: (4, 6, 5)}.get(len(digits), (4, 4, 4, 4))
            digits = self.grouped(digits, sizes, sign)
        return digits, "CREDIT_CARD"

    def iban(self) -> Made:
        iban = "GB"
        while iban.startswith("GB"):  # Faker's British ones are a digit short
            iban = self.faker().iban()
        if self.chance.random() < 0.5:
            iban = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
        return iban, "IBAN"

    def ssn(self) -> Made:
        ssn = self.fakers["en_US"].ssn()
        return (ssn if self.chance.random() < 0.7 else ssn.replace("-", " ")), "US_SSN"

    def nhs(self) -> Made:
        while True:
            digits = [self.chance.randrange(10) for _ in range(9)]
            check = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
            if check != 10:
                number = "".join(map(str, digits)) + str(check % 11)
                sign = self.chance.choice((" ", " ", "", "-"))
                return self.grouped(number, (3, 3, 4), sign), "UK_NHS"

    def ip(self) -> Made:
        fake = self.fakers["en_US"]
        if self.chance.random() < 0.4:
            return str(fake.ipv6()), "IP_ADDRESS"
        while True:
            # what identifies nobody is none
            made = fake.ipv4_private() if self.chance.random() < 0.3 else fake.ipv4_public()
            if not made.startswith(("127.", "0.", "255.")):
                return str(made), "IP_ADDRESS"

    def wallet(self) -> Made:
        kind = self.chance.randrange(3)
        if kind == 0:
            return "0x" + self.letters("0123456789abcdef", 40), "CRYPTO"
        payload = bytes([self.chance.choice((0, 5))]) + self.chance.randbytes(20)
        payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
        number, out = int.from_bytes(payload, "big"), ""
        alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        while number:
            number, digit = divmod(number, 58)
            out = alphabet[digit] + out
        return "1" * (len(payload) - len(payload.lstrip(b"\0"))) + out, "CRYPTO"

    def key(self) -> Made:
        plain = string.ascii_letters + string.digits
        url = plain + "_-"
        shapes: list[Callable[[], str]] = [
            lambda: "ghp_" + self.letters(plain, 36),
            lambda: "github_pat_" + self.letters(plain, 22) + "_" + self.letters(plain, 59),
            lambda: "sk_live_" + self.letters(plain, 24),
            lambda: "sk-proj-" + self.letters(url, 48),
            lambda: "sk-ant-api03-" + self.letters(url, 93) + "AA",
            lambda: "AKIA" + self.letters(string.ascii_uppercase + "234567", 16),
            lambda: "AIza" + self.letters(plain, 35),
            lambda: "xoxb-" + self.letters(string.digits, 12) + "-" + self.letters(plain, 24),
            lambda: "glpat-" + self.letters(plain, 20),
            lambda: "npm_" + self.letters(plain, 36),
            lambda: "SG." + self.letters(plain, 22) + "." + self.letters(plain, 43),
            lambda: "hf_" + self.letters(string.ascii_letters, 34),
            lambda: "dop_v1_" + self.letters("0123456789abcdef", 64),
            lambda: "pypi-AgEIcHlwaS5vcmc" + self.letters(plain, 80),
            lambda: "shpat_" + self.letters("0123456789abcdef", 32),
            lambda: "gsk_" + self.letters(plain, 52),
        ]
        return self.chance.choice(shapes)(), "API_KEY"

    def jwt(self) -> Made:
        def piece(value: object) -> str:
            packed = json.dumps(value, separators=(",", ":")).encode()
            return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

        head = piece({"alg": self.chance.choice(("HS256", "RS256", "ES256")), "typ": "JWT"})
        body = piece({"sub": self.letters(string.digits, 8), "iss": "https://id.example"})
        tail = base64.urlsafe_b64encode(self.chance.randbytes(32)).rstrip(b"=").decode()
        return f"{head}.{body}.{tail}", "JWT"

    def mac(self) -> Made:
        octets = [f"{self.chance.randrange(256):02x}" for _ in range(6)]
        if self.chance.random() < 0.2:
            joined = "".join(octets)
            return ".".join(joined[at : at + 4] for at in (0, 4, 8)), "MAC_ADDRESS"
        made = self.chance.choice((":", ":", "-")).join(octets)
        return (made.upper() if self.chance.random() < 0.4 else made), "MAC_ADDRESS"

    def passport(self) -> Made:
        digits = self.letters(string.digits, 8)
        lead = self.chance.choice((*string.ascii_uppercase, *"123456789"))
        return lead + digits, "US_PASSPORT"


# What people and programs write around a value of each type; {} is the value.
ANYWHERE = [
    "{}",
    "- {}\n",
    "<td>{}</td>",
    '"{}"',
    "({})",
    "see {}, please",
    "It was {}.",
    "> {}\n> thanks",
]
AROUND: dict[str, list[str]] = {
    "email": [
        *ANYWHERE,
        "Bitte an {} schicken, danke!",
        "From: Kim <{}>\nTo: <undisclosed>",
        "UPDATE users SET mail='{}' WHERE id=7;",
        "mailto:{}?subject=Hi",
        "Mon adresse : {}",
        "我的邮箱是{}，谢谢",
        "user={}&plan=pro",
        "contact:{}",
        "Écrivez-moi à {} ou passez.",
        "{}|active|2024-01-01",
        "пишите на {} пожалуйста",
        "login failed for {} (3 attempts)",
    ],
    "international": [
        *ANYWHERE,
        "WhatsApp {} anytime",
        "tel:{}",
        "Fon {} / Fax auf Anfrage",
        "私の番号は{}です",
        "rufen Sie uns an: {}",
        'phone,city\n"{}",Lyon',
        "Mob. {} (after 6pm)",
        "Numéro : {}.",
        "{} is my new number",
        "Я в сети, звоните {}",
    ],
    "national": [
        "Tel. {}",
        "phone: {}",
        "Call me on {} after lunch.",
        "Meine Handynummer ist {}, bis später",
        "Telefon: {} | Büro 4",
        "Llámame al {} por favor",
        "mon numéro de téléphone est le {}",
        "il mio cellulare è {}",
        "bel me op {}",
        "mój telefon to {}",
        "telefone {}",
        "Ring mig på {}",
        "My mobile number is {}",
        "text me at {}",
        '{{"phone": "{}", "name": "Kim"}}',
        "电话：{}",
        "電話番号は{}です",
        "Телефон: {}",
        "Cep telefonum {}",
        "puhelin {}",
        "You can reach our front desk under {}.",
        "Fax: {}",
        "Τηλ. {}",
        "contact no. {}",
        "mobile={}",
    ],
    "card": [
        *ANYWHERE,
        "Charge it to {} exp 04/29 cvv 123",
        "Meine Karte: {} gültig bis 12/27",
        "PAN={} declined",
        "mi tarjeta es {}",
        "No. de carte {}",
        '{{"card":"{}","exp":"11/28"}}',
        "card on file {} was refused twice",
        "номер карты {}",
        "カード番号 {}",
    ],
    "iban": [
        *ANYWHERE,
        "Bitte überweisen Sie auf {} bis Freitag.",
        "IBAN: {} BIC: DEUTDEFF",
        "Compte {} au nom de Kim",
        "rekening {} t.n.v. Kim",
        "transfer 200 EUR to {} today",
        "conto corrente {}",
        "iban={};amount=20",
    ],
    "ssn": [
        "SSN: {}",
        "my social is {}",
        "Employee SSN {} on the W-2",
        "social security number {}",
        "ssn={}&dob=1980-01-01",
        '{{"ssn": "{}"}}',
        "The applicant gave {} as her Social Security number.",
    ],
    "nhs": [
        "NHS No: {}",
        "patient NHS number {} attended clinic",
        "NHS {} DOB 01/02/1980",
        "nhs_number: {}",
        "Her NHS number is {}.",
        "Re: patient, NHS no. {}",
    ],
    "ip": [
        *ANYWHERE,
        '{} - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 512',
        "Failed password for root from {} port 22 ssh2",
        "ping {}",
        "client_ip={}",
        "allow from {};",
        "die IP {} wurde gesperrt",
        "the visitor at {} asked 300 times",
        "iptables -A INPUT -s {} -j DROP",
        "remote_addr: {}",
        "l'adresse IP {} est bloquée",
    ],
    "wallet": [
        *ANYWHERE,
        "donate: {}",
        "send 0.1 BTC to {} now",
        "meine Wallet {}",
        "withdraw to {} failed",
        "address={}",
    ],
    "key": [
        *ANYWHERE,
        "export TOKEN={}",
        "Authorization: Bearer {}",
        'const client = new Client("{}");',
        "api_key: {}",
        "curl -H 'X-Key: {}' https://api.example/v1",
        "mein Schlüssel ist {} - geht nicht?",
        "git clone https://oauth2:{}@gitlab.example/a/b",
    ],
    "jwt": [
        *ANYWHERE,
        "Authorization: Bearer {}",
        "cookie: session={}; path=/",
        '{{"id_token":"{}"}}',
        "?access_token={}&state=1",
    ],
    "mac": [
        *ANYWHERE,
        "link/ether {} brd ff:ff:ff:ff:ff:ff",
        "hwaddr={}",
        "DHCPDISCOVER from {} via eth0",
        "BSSID {} -61 dBm",
        "Gerät {} ist online",
    ],
    "passport": [
        "passport number {}",
        "US passport {} expires 2031",
        "Passport No.: {}",
        "my passport is {}",
        "passport_number={}",
        "Reisepass {} (USA)",
    ],
}


def clean(v: Values) -> str:
    """What is taken for a sensitive value by mistake."""
    c, fake, digits = v.chance, v.fakers["en_US"], string.digits
    hexa = "0123456789abcdef"

    def n(count: int) -> str:
        return c.choice("123456789") + v.letters(digits, count - 1)

    texts: list[Callable[[], str]] = [
        lambda: f"Bestellnummer {n(10)} wurde versandt",
        lambda: f"Order no. {n(3)}-{n(7)}-{n(7)} has shipped",
        lambda: f"UPS 1Z{v.letters(string.ascii_uppercase + digits, 16)} out for delivery",
        lambda: f"FedEx tracking {n(12)} delayed",
        lambda: f"Sendungsnummer {n(20)} unterwegs",
        lambda: f"ISBN {fake.isbn13()}, page {n(3)}",
        lambda: f"ISBN-10: {fake.isbn10()}",
        lambda: f"EAN {fake.ean13()} is out of stock",
        lambda: f"integrity sha512-{base64.b64encode(c.randbytes(64)).decode()}",
        lambda: f"image: repo/app@sha256:{v.letters(hexa, 64)}",
        lambda: f"MD5 {':'.join(f'{b:02x}' for b in c.randbytes(16))} matches",
        lambda: f"commit {v.letters(hexa, 40)}\nAuthor: Kim",
        lambda: f"{v.letters(hexa, 7)}..{v.letters(hexa, 7)} main -> main",
        lambda: f"request id {uuid.UUID(bytes=c.randbytes(16))}",
        lambda: f"Chrome/{n(3)}.0.{n(4)}.{n(3)} Safari/537.36",
        lambda: f"upgraded openssl from 3.{n(1)}.{n(2)} to 3.{n(1)}.{n(2)}-{n(1)}",
        lambda: f"driver {n(2)}.{n(2)}.{n(3)}.{n(4)} released",
        lambda: f"OID 1.3.6.1.4.1.{n(5)}.{n(1)}.{n(2)}",
        lambda: f"unix time {c.randrange(10**9, 2 * 10**9)}",
        lambda: f"at {c.randrange(10**12, 2 * 10**12)} ms the worker stopped",
        lambda: fake.iso8601() + " worker started",
        lambda: f"geo: {fake.latitude()}, {fake.longitude()}",
        lambda: f"POLYGON(({fake.longitude()} {fake.latitude()}, {fake.longitude()} 4.1))",
        lambda: f"{n(3)} * {n(4)} = {n(7)}, and {n(9)} / {n(3)}",
        lambda: f"revenue rose from {n(1)},{n(3)},{n(3)} to {n(2)},{n(3)},{n(3)} euros",
        lambda: f"Umsatz: {n(1)}.{n(3)}.{n(3)},{n(2)} EUR",
        lambda: f"IMEI {n(15)}",
        lambda: f"VIN {v.letters('ABCDEFGHJKLMNPRSTUVWXYZ0123456789', 17)}",
        lambda: f"DOI 10.{n(4)}/{v.letters(string.ascii_lowercase, 4)}.{n(4)}.{n(5)}",
        lambda: f"arXiv:{n(4)}.{n(5)} and PMID {n(8)}",
        lambda: f"git clone git@github.com:acme/{v.letters(string.ascii_lowercase, 6)}.git",
        lambda: f"npm i @acme/{v.letters(string.ascii_lowercase, 5)}@{n(1)}.{n(1)}.{n(2)}",
        lambda: f"scp a.txt deploy@host-{n(2)}:/srv",
        lambda: f"logo@2x.png and icon@{n(1)}x.webp",
        lambda: f"thanks @{v.letters(string.ascii_lowercase, 8)} for the hint",
        lambda: f"0x{v.letters(hexa, 8)} in module+0x{v.letters(hexa, 4)}",
        lambda: f"color #{v.letters(hexa, 6)} on rgb({n(2)}, {n(2)}, {n(2)})",
        lambda: f"GPU {n(4)} Ti {n(2)} GB, {n(4)}x{n(4)} at {n(3)} Hz",
        lambda: f"Kundennummer {n(9)}, Vertrag {n(11)}",
        lambda: f"Numéro de commande : {n(8)}",
        lambda: f"pedido {n(3)}-{n(4)}-{n(4)} en camino",
        lambda: f"invoice INV-{n(4)}-{n(6)} of {n(2)}.03.2024",
        lambda: f"from {n(2)}/{c.randrange(1, 13)}/2024 until {n(1)}/12/2025",
        lambda: f"error {n(9)} at line {n(4)}: expected {n(3)}",
        lambda: f"std::vector<std::pair<int, long>> v{{{n(2)}, {n(3)}}};",
        lambda: f"{n(2)}:{n(2)}:{n(2)}.{n(3)} --> {n(2)}:{n(2)}:{n(2)}.{n(3)}",
        lambda: f"score {n(1)}-{n(1)}, {n(1)}-{n(1)}, {n(2)}-{n(2)}",
        lambda: f"seed={n(10)} lr=1e-4 step {n(6)}",
        lambda: f"account {n(8)} sort code {n(2)}-{n(2)}-{n(2)}",
        lambda: f"BIC DEUTDEFF{n(3)}, VAT DE{n(9)}",
        lambda: f"part no. {n(3)}-{n(5)}-{n(2)} rev {n(1)}",
        lambda: f"flight LH{n(3)} seat 12A booking {v.letters(string.ascii_uppercase, 6)}",
        lambda: f"ZIP {n(5)}-{n(4)}",
        lambda: f"data:image/png;base64,{base64.b64encode(c.randbytes(60)).decode()}",
        lambda: f'ETag: W/"{v.letters(hexa, 32)}"',
        lambda: f"trace {v.letters(hexa, 32)} span {v.letters(hexa, 16)}",
        lambda: f"SKU {v.letters(string.ascii_uppercase, 3)}-{n(4)}-{n(4)}-{n(4)}",
        lambda: f"phone model SM-G{n(3)}B, Android {n(2)}, build {n(8)}.{n(3)}",
        lambda: f"case {n(4)}-{n(5)} filed; docket {n(2)}-{n(4)}",
        lambda: f"pi is 3.{n(20)}",
        lambda: f"years {1900 + c.randrange(99)}-{2000 + c.randrange(25)}, pp. {n(3)}-{n(3)}",
        lambda: f"token count {n(6)}, max_tokens={n(4)}",
        lambda: f"ticket #{n(7)} closed; see #{n(5)}",
        lambda: f"temperatures 21.5 22.1 19.8 {n(2)}.{n(1)} {n(2)}.{n(1)}",
        lambda: f"the call took {n(4)} ms and {n(7)} bytes",
        lambda: f"Steuernummer {n(2)}/{n(3)}/{n(5)}",
        lambda: f"membership card no {n(8)} and locker {n(3)}",
        lambda: fake.paragraph(),
        lambda: v.faker().text(160),
    ]
    return c.choice(texts)()


def row(v: Values, number: int) -> dict[str, Any]:
    if v.chance.random() < 0.35:
        parts = [clean(v) for _ in range(v.chance.randrange(1, 4))]
        return {"id": f"t{number}", "source": "faker/clean", "text": "\n".join(parts), "spans": []}
    text, spans = "", []
    for _ in range(v.chance.choice((1, 1, 2))):
        kind = v.chance.choice(list(AROUND))
        value, name = getattr(v, kind)()
        around = v.chance.choice(AROUND[kind])
        before, after = around.replace("{{", "{").replace("}}", "}").split("{}", 1)
        text += before
        spans.append({"start": len(text), "end": len(text) + len(value), "type": name})
        text += value + after + v.chance.choice(("\n", "\n\n", "\n"))
    return {"id": f"t{number}", "source": "faker/values", "text": text.rstrip("\n"), "spans": spans}


def main() -> None:
    values = Values(random.Random(int(sys.argv[1])))  # noqa: S311 -- texts, no secrets
    for number in range(int(sys.argv[2])):
        print(json.dumps(row(values, number), ensure_ascii=False))


if __name__ == "__main__":
    main()
