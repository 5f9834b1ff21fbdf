//! Names in PHP, Java, JavaScript and Python that reach the system.

use super::{
    CALL, HALF, HINT, JAVA, LIKELY, NODE, PHP, PYTHON, Row, SCHEME, SURE, WEAK, WHOLE, phrase, row,
};

/// By their first words.
pub(super) const ROWS: &[(&str, Row)] = &[
    ("phpinfo", row(0, &[phrase("", "(", PHP, LIKELY)])),
    (
        "passthru",
        row(
            CALL,
            &[
                phrase("", "($", PHP, HINT),
                phrase("", "('", PHP, HINT),
                phrase("", "(\"", PHP, HINT),
            ],
        ),
    ),
    (
        "shell_exec",
        row(
            CALL,
            &[
                phrase("", "($", PHP, HINT),
                phrase("", "('", PHP, HINT),
                phrase("", "(\"", PHP, HINT),
            ],
        ),
    ),
    (
        "proc_open",
        row(
            CALL,
            &[
                phrase("", "($", PHP, HINT),
                phrase("", "('", PHP, HINT),
                phrase("", "(\"", PHP, HINT),
            ],
        ),
    ),
    (
        "pcntl_exec",
        row(
            CALL,
            &[
                phrase("", "($", PHP, HINT),
                phrase("", "('", PHP, HINT),
                phrase("", "(\"", PHP, HINT),
            ],
        ),
    ),
    (
        "create_function",
        row(
            CALL,
            &[
                phrase("", "($", PHP, HINT),
                phrase("", "('", PHP, HINT),
                phrase("", "(\"", PHP, HINT),
            ],
        ),
    ),
    ("php_uname", row(0, &[phrase("", "(", PHP, LIKELY)])),
    (
        "_get",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "_post",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "_request",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "_server",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "_cookie",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "_files",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "globals",
        row(
            CALL,
            &[
                phrase("$", "[", PHP, HALF),
                phrase("${", "[", PHP, LIKELY),
                phrase("($", "[", PHP, HINT),
            ],
        ),
    ),
    (
        "auto_prepend_file",
        row(
            0,
            &[phrase("", "=", PHP, LIKELY), phrase("", "%3d", PHP, LIKELY)],
        ),
    ),
    (
        "allow_url_include",
        row(
            0,
            &[phrase("", "=", PHP, LIKELY), phrase("", "%3d", PHP, LIKELY)],
        ),
    ),
    ("auto_append_file", row(0, &[phrase("", "=", PHP, LIKELY)])),
    ("allow_url_fopen", row(0, &[phrase("", "=", PHP, HINT)])),
    ("disable_functions", row(0, &[phrase("", "=", PHP, HINT)])),
    ("open_basedir", row(0, &[phrase("", "=", PHP, HINT)])),
    ("extension_dir", row(0, &[phrase("", "=", PHP, HINT)])),
    ("memory_limit", row(0, &[phrase("", "=", PHP, HINT)])),
    (
        "php",
        row(
            SCHEME,
            &[
                phrase("", "://", "shield.traversal.wrapper", [8200, 3500, 2000]),
                phrase("<?", "", PHP, [9000, 4000, 2000]),
                phrase("{", "}", PHP, HINT),
                phrase("<? ", "", PHP, HINT),
                phrase("", ":function(", PHP, LIKELY),
            ],
        ),
    ),
    (
        "runtime",
        row(
            0,
            &[
                phrase("", ".getruntime().exec(", JAVA, [9500, 5500, 2500]),
                phrase("", ".getruntime", JAVA, [9200, 4500, 2500]),
            ],
        ),
    ),
    ("getruntime", row(0, &[phrase("", "(", JAVA, LIKELY)])),
    (
        "processbuilder",
        row(
            0,
            &[phrase("", "", JAVA, HALF), phrase("", "(", JAVA, LIKELY)],
        ),
    ),
    (
        "class",
        row(
            0,
            &[
                phrase("", ".module.classloader", JAVA, SURE),
                phrase("", ".classloader", JAVA, LIKELY),
                phrase("", "['classloader']", JAVA, LIKELY),
            ],
        ),
    ),
    ("_memberaccess", row(0, &[phrase("", "", JAVA, SURE)])),
    ("memberaccess", row(0, &[phrase("#", "", JAVA, SURE)])),
    (
        "opensymphony",
        row(0, &[phrase("com.", ".xwork2", JAVA, SURE)]),
    ),
    (
        "freemarker",
        row(0, &[phrase("", ".template.utility", JAVA, SURE)]),
    ),
    ("getclass", row(0, &[phrase("", "().", JAVA, HINT)])),
    (
        "forname",
        row(
            0,
            &[
                phrase("", "('java", JAVA, SURE),
                phrase("", "(\"java", JAVA, SURE),
            ],
        ),
    ),
    (
        "child_process",
        row(
            CALL,
            &[
                phrase("'", "').", NODE, SURE),
                phrase("\"", "\").", NODE, SURE),
                phrase("`", "`).", NODE, SURE),
                phrase("", "", NODE, WEAK),
            ],
        ),
    ),
    (
        "process",
        row(
            0,
            &[
                phrase("", ".mainmodule", NODE, SURE),
                phrase("", ".binding(", NODE, SURE),
                phrase("global.", ".mainmodule", NODE, SURE),
                phrase("global.", ".binding", NODE, SURE),
                phrase("", ".env", NODE, WEAK),
            ],
        ),
    ),
    (
        "__import__",
        row(
            CALL,
            &[
                phrase("", "('os'", PYTHON, SURE),
                phrase("", "(\"os\"", PYTHON, SURE),
                phrase("", "('subprocess", PYTHON, SURE),
                phrase("", "(\"subprocess", PYTHON, SURE),
                phrase("", "('commands", PYTHON, SURE),
                phrase("", "('sys'", PYTHON, LIKELY),
                phrase("", "(", PYTHON, HALF),
            ],
        ),
    ),
    (
        "os",
        row(
            CALL,
            &[
                phrase(".", ".system", PYTHON, LIKELY),
                phrase(".", ".popen", PYTHON, LIKELY),
            ],
        ),
    ),
    (
        "__class__",
        row(
            0,
            &[
                phrase("", ".__mro__", PYTHON, SURE),
                phrase("", ".__base", PYTHON, SURE),
                phrase("", ".__init__.__globals__", PYTHON, SURE),
                phrase("", ".__subclasses__", PYTHON, SURE),
                phrase("['", "']", PYTHON, LIKELY),
                phrase("[\"", "\"]", PYTHON, LIKELY),
                phrase("", "", PYTHON, WEAK),
            ],
        ),
    ),
    (
        "__mro__",
        row(
            0,
            &[
                phrase("", "[", PYTHON, LIKELY),
                phrase("", ".__", PYTHON, SURE),
                phrase("", "", PYTHON, WEAK),
            ],
        ),
    ),
    (
        "__subclasses__",
        row(
            0,
            &[
                phrase("", "()[", PYTHON, SURE),
                phrase("", "(", PYTHON, HALF),
            ],
        ),
    ),
    (
        "__globals__",
        row(
            0,
            &[
                phrase("", "[", PYTHON, SURE),
                phrase("", ".os", PYTHON, SURE),
                phrase("", "", PYTHON, WEAK),
            ],
        ),
    ),
    (
        "__builtins__",
        row(
            0,
            &[
                phrase("", "[", PYTHON, LIKELY),
                phrase("", ".__", PYTHON, SURE),
                phrase("", "", PYTHON, WEAK),
            ],
        ),
    ),
    (
        "call_user_func_array",
        row(CALL, &[phrase(WHOLE, "", PHP, HINT)]),
    ),
    ("ognl", row(0, &[phrase("@", ".ognlcontext", JAVA, SURE)])),
    (
        "execute",
        row(
            0,
            &[
                phrase("\".", "()", JAVA, LIKELY),
                phrase("'.", "()", JAVA, LIKELY),
            ],
        ),
    ),
    ("groovy", row(0, &[phrase("{{", "}}", JAVA, LIKELY)])),
];
