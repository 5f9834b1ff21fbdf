//! Cmdlets and switches of `PowerShell` and `cmd.exe`.

use super::{COMMAND, HEADER, HINT, LIKELY, Row, SINK, phrase, row};

/// By their first words.
pub(super) const ROWS: &[(&str, Row)] = &[
    (
        "set",
        row(
            HEADER,
            &[
                phrase("", "-executionpolicy", COMMAND, LIKELY),
                phrase("", "-content", COMMAND, LIKELY),
                phrase("", "-item", COMMAND, LIKELY),
                phrase("", "-itemproperty", COMMAND, LIKELY),
                phrase("", "-mppreference", COMMAND, LIKELY),
                phrase("", "-service", COMMAND, LIKELY),
                phrase("", "-alias", COMMAND, LIKELY),
                phrase("", "-acl", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "write",
        row(
            SINK,
            &[
                phrase("", "-output", COMMAND, LIKELY),
                phrase("", "-host", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "invoke",
        row(
            0,
            &[
                phrase("", "-webrequest", COMMAND, LIKELY),
                phrase("", "-restmethod", COMMAND, LIKELY),
                phrase("", "-expression", COMMAND, LIKELY),
                phrase("", "-command", COMMAND, LIKELY),
                phrase("", "-item", COMMAND, LIKELY),
                phrase("", "-wmimethod", COMMAND, LIKELY),
                phrase("", "-cimmethod", COMMAND, LIKELY),
                phrase("", "-history", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "get",
        row(
            0,
            &[
                phrase("", "-childitem", COMMAND, LIKELY),
                phrase("", "-content", COMMAND, LIKELY),
                phrase("", "-process", COMMAND, LIKELY),
                phrase("", "-service", COMMAND, LIKELY),
                phrase("", "-wmiobject", COMMAND, LIKELY),
                phrase("", "-ciminstance", COMMAND, LIKELY),
                phrase("", "-localuser", COMMAND, LIKELY),
                phrase("", "-localgroup", COMMAND, LIKELY),
                phrase("", "-nettcpconnection", COMMAND, LIKELY),
                phrase("", "-netipaddress", COMMAND, LIKELY),
                phrase("", "-itemproperty", COMMAND, LIKELY),
                phrase("", "-acl", COMMAND, LIKELY),
                phrase("", "-credential", COMMAND, LIKELY),
                phrase("", "-eventlog", COMMAND, LIKELY),
                phrase("", "-hotfix", COMMAND, LIKELY),
                phrase("", "-executionpolicy", COMMAND, LIKELY),
                phrase("", "-computerinfo", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "new",
        row(
            0,
            &[
                phrase("", "-objectnet", COMMAND, LIKELY),
                phrase("", "-objectsystem", COMMAND, LIKELY),
                phrase("", "-object", COMMAND, LIKELY),
                phrase("", "-pssession", COMMAND, LIKELY),
                phrase("", "-service", COMMAND, LIKELY),
                phrase("", "-item", COMMAND, LIKELY),
                phrase("", "-psdrive", COMMAND, LIKELY),
                phrase("", "-webserviceproxy", COMMAND, LIKELY),
                phrase("", "-localuser", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "start",
        row(
            0,
            &[
                phrase("", "-process", COMMAND, LIKELY),
                phrase("", "-bitstransfer", COMMAND, LIKELY),
                phrase("", "-job", COMMAND, LIKELY),
                phrase("", "-service", COMMAND, LIKELY),
                phrase("", "-sleep", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "stop",
        row(
            0,
            &[
                phrase("", "-process", COMMAND, LIKELY),
                phrase("", "-service", COMMAND, LIKELY),
                phrase("", "-computer", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "remove",
        row(
            0,
            &[
                phrase("", "-item", COMMAND, LIKELY),
                phrase("", "-itemproperty", COMMAND, LIKELY),
                phrase("", "-localuser", COMMAND, LIKELY),
                phrase("", "-module", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "import",
        row(
            0,
            &[
                phrase("", "-module", COMMAND, LIKELY),
                phrase("", "-clixml", COMMAND, LIKELY),
            ],
        ),
    ),
    ("export", row(0, &[phrase("", "-clixml", COMMAND, LIKELY)])),
    ("expand", row(0, &[phrase("", "-archive", COMMAND, LIKELY)])),
    (
        "add",
        row(
            0,
            &[
                phrase("", "-type", COMMAND, LIKELY),
                phrase("", "-mppreference", COMMAND, LIKELY),
                phrase("", "-localgroupmember", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "restart",
        row(
            0,
            &[
                phrase("", "-computer", COMMAND, LIKELY),
                phrase("", "-service", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "test",
        row(
            0,
            &[
                phrase("", "-netconnection", COMMAND, LIKELY),
                phrase("", "-connection", COMMAND, LIKELY),
            ],
        ),
    ),
    (
        "iwr",
        row(
            0,
            &[
                phrase("", "http", COMMAND, LIKELY),
                phrase("", "(", COMMAND, LIKELY),
                phrase("", "$", COMMAND, LIKELY),
                phrase("", "-", COMMAND, HINT),
            ],
        ),
    ),
    (
        "iex",
        row(
            0,
            &[
                phrase("", "http", COMMAND, LIKELY),
                phrase("", "(", COMMAND, LIKELY),
                phrase("", "$", COMMAND, LIKELY),
                phrase("", "-", COMMAND, HINT),
            ],
        ),
    ),
    (
        "irm",
        row(
            0,
            &[
                phrase("", "http", COMMAND, LIKELY),
                phrase("", "(", COMMAND, LIKELY),
                phrase("", "$", COMMAND, LIKELY),
                phrase("", "-", COMMAND, HINT),
            ],
        ),
    ),
    (
        "encodedcommand",
        row(0, &[phrase("-", "", COMMAND, LIKELY)]),
    ),
    (
        "executionpolicy",
        row(0, &[phrase("-", "bypass", COMMAND, LIKELY)]),
    ),
    ("comspec", row(0, &[phrase("%", "%", COMMAND, LIKELY)])),
];
