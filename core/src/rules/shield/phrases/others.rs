//! Schemes, hosts, operators and other phrases with one meaning.

use super::{HINT, LIKELY, Row, SCHEME, SSRF, SURE, WEAK, phrase, row};

/// By their first words.
pub(super) const ROWS: &[(&str, Row)] = &[
    (
        "jndi",
        row(0, &[phrase("{", ":", "shield.log4shell.jndi", SURE)]),
    ),
    (
        "169",
        row(0, &[phrase("", ".254.169.254", SSRF, [9000, 4500, 2500])]),
    ),
    (
        "100",
        row(0, &[phrase("", ".100.100.200", SSRF, [9000, 4500, 2500])]),
    ),
    ("2852039166", row(0, &[phrase("", "", SSRF, LIKELY)])),
    ("0xa9fea9fe", row(0, &[phrase("", "", SSRF, SURE)])),
    (
        "metadata",
        row(
            0,
            &[phrase("", ".google.internal", SSRF, [9000, 4500, 2500])],
        ),
    ),
    (
        "gateway",
        row(0, &[phrase("", ".docker.internal", SSRF, HINT)]),
    ),
    ("0x7f000001", row(0, &[phrase("", "", SSRF, LIKELY)])),
    ("2130706433", row(0, &[phrase("/", "", SSRF, LIKELY)])),
    (
        "esi",
        row(0, &[phrase("<", ":", "shield.ssi.directive", LIKELY)]),
    ),
    (
        "wp",
        row(
            0,
            &[
                phrase("/", "-login.php", "shield.probe.path", WEAK),
                phrase("/", "-config", "shield.probe.path", WEAK),
            ],
        ),
    ),
    (
        "git",
        row(0, &[phrase("/.", "/", "shield.probe.path", WEAK)]),
    ),
    (
        "env",
        row(0, &[phrase("/.", "", "shield.probe.path", WEAK)]),
    ),
    (
        "xmlrpc",
        row(0, &[phrase("/", ".php", "shield.probe.path", WEAK)]),
    ),
    (
        "phpmyadmin",
        row(0, &[phrase("", "", "shield.probe.path", WEAK)]),
    ),
    (
        "url",
        row(
            SCHEME,
            &[phrase("", "(javascript", "shield.xss.style", LIKELY)],
        ),
    ),
    (
        "dict",
        row(
            SCHEME,
            &[phrase("", "://", "shield.traversal.wrapper", LIKELY)],
        ),
    ),
    (
        "expect",
        row(
            SCHEME,
            &[phrase(
                "",
                "://",
                "shield.traversal.wrapper",
                [8200, 3500, 2000],
            )],
        ),
    ),
    (
        "gopher",
        row(
            SCHEME,
            &[phrase("", "://", "shield.traversal.wrapper", LIKELY)],
        ),
    ),
    (
        "phar",
        row(
            SCHEME,
            &[phrase(
                "",
                "://",
                "shield.traversal.wrapper",
                [8200, 3500, 2000],
            )],
        ),
    ),
    (
        "convert",
        row(
            0,
            &[
                phrase("", ".iconv.", "shield.traversal.wrapper", LIKELY),
                phrase("", ".base64-", "shield.traversal.wrapper", LIKELY),
            ],
        ),
    ),
    (
        "adw",
        row(0, &[phrase("+", "-", "shield.xss.script", LIKELY)]),
    ),
    (
        "pipe",
        row(0, &[phrase("%", "%", "shield.rce.command", LIKELY)]),
    ),
    (
        "rmi",
        row(
            SCHEME,
            &[phrase("", "://", "shield.traversal.wrapper", LIKELY)],
        ),
    ),
];
