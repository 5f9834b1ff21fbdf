//! The table behind [`super::known`]: words worth noticing, and the phrases
//! that begin with them.
//!
//! Sources: the classes, functions and hosts named in published advisories
//! (CVE-2021-44228, CVE-2022-22965, CVE-2017-5638 and others), in the documents
//! of PHP, Java, Python, Node.js and Ruby on executing code, in cloud vendors'
//! pages on metadata services, and in `PayloadsAllTheThings` (MIT) as training
//! material. Beliefs are by hand.

use crate::text::words::Words;

/// A word of a file worth stealing.
pub(super) const SECRET: u8 = 1;
/// A scheme that opens something.
pub(super) const SCHEME: u8 = 1 << 1;
/// A word of a shell idiom.
pub(super) const SHELL: u8 = 1 << 2;
/// A script's function or property that payloads use.
pub(super) const SINK: u8 = 1 << 3;
/// A scheme that runs code.
pub(super) const ACTIVE: u8 = 1 << 4;
/// A header's name or an HTTP status line.
pub(super) const HEADER: u8 = 1 << 5;

/// One phrase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phrase {
    /// What follows the first word, in lower case.
    pub(super) tail: &'static str,
    /// What must stand before it, if anything.
    pub(super) before: &'static str,
    pub(super) code: &'static str,
    /// Belief in a short value, in a text, in a document.
    pub(super) scores: [u16; 3],
}

const fn phrase(
    before: &'static str,
    tail: &'static str,
    code: &'static str,
    scores: [u16; 3],
) -> Phrase {
    Phrase {
        tail,
        before,
        code,
        scores,
    }
}

const SURE: [u16; 3] = [9600, 8500, 6000];
const LIKELY: [u16; 3] = [8200, 4500, 2500];
const HINT: [u16; 3] = [6200, 2500, 1500];
const WEAK: [u16; 3] = [3500, 1500, 1000];

const PHP: &str = "shield.code.php";
const JAVA: &str = "shield.code.java";
const NODE: &str = "shield.code.node";
const PYTHON: &str = "shield.code.python";
const GADGET: &str = "shield.deserialization.gadget";
const PROTO: &str = "shield.proto.pollution";
const SSRF: &str = "shield.ssrf.metadata";

/// What a word is worth knowing for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) marks: u8,
    pub(super) phrases: &'static [Phrase],
}

const fn row(marks: u8, phrases: &'static [Phrase]) -> Row {
    Row { marks, phrases }
}

/// Phrases by their first word, and marked words. A word has one row.
pub(super) static ROWS: Words<Row, 1024> = Words::new(&[
    (
        "jndi",
        row(0, &[phrase("{", ":", "shield.log4shell.jndi", SURE)]),
    ),
    ("phpinfo", row(0, &[phrase("", "(", PHP, LIKELY)])),
    (
        "system",
        row(
            SECRET,
            &[
                phrase("", "(", PHP, HINT),
                phrase("os.", "", PYTHON, HINT),
                phrase("", ".diagnostics.process", GADGET, LIKELY),
            ],
        ),
    ),
    ("passthru", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("shell_exec", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("proc_open", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("popen", row(0, &[phrase("", "(", PYTHON, LIKELY)])),
    ("pcntl_exec", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("exec", row(0, &[phrase("", "(", NODE, HINT)])),
    ("eval", row(SINK, &[phrase("", "(", NODE, HINT)])),
    ("assert", row(0, &[phrase("", "(", PHP, HINT)])),
    ("base64_decode", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("gzinflate", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("str_rot13", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("call_user_func", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("create_function", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("file_get_contents", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("file_put_contents", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("highlight_file", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("show_source", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("readfile", row(0, &[phrase("", "(", PHP, HINT)])),
    ("fopen", row(0, &[phrase("", "(", PHP, HINT)])),
    ("fwrite", row(0, &[phrase("", "(", PHP, HINT)])),
    (
        "move_uploaded_file",
        row(0, &[phrase("", "(", PHP, LIKELY)]),
    ),
    ("preg_replace", row(0, &[phrase("", "(", PHP, HINT)])),
    ("array_map", row(0, &[phrase("", "(", PHP, HINT)])),
    ("ini_set", row(0, &[phrase("", "(", PHP, HINT)])),
    ("php_uname", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("getenv", row(0, &[phrase("", "(", PHP, HINT)])),
    ("_get", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("_post", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("_request", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("_server", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("_cookie", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("_files", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("globals", row(0, &[phrase("$", "[", PHP, LIKELY)])),
    ("auto_prepend_file", row(0, &[phrase("", "", PHP, LIKELY)])),
    ("allow_url_include", row(0, &[phrase("", "", PHP, LIKELY)])),
    (
        "php",
        row(
            SCHEME,
            &[
                phrase("", "://", "shield.traversal.wrapper", [8200, 3500, 2000]),
                phrase("<?", "", PHP, [9000, 4000, 2000]),
            ],
        ),
    ),
    (
        "java",
        row(
            ACTIVE,
            &[
                phrase("", ".io.", JAVA, HINT),
                phrase("", ".lang.", JAVA, HINT),
                phrase("", ".lang.runtime", JAVA, SURE),
                phrase("", ".lang.processbuilder", JAVA, SURE),
                phrase("", ".lang.system", JAVA, LIKELY),
                phrase("", ".lang.class", JAVA, LIKELY),
                phrase("", ".lang.thread", JAVA, LIKELY),
                phrase("", ".net.url", JAVA, HINT),
                phrase("", ".io.file", JAVA, HINT),
                phrase("", ".util.scanner", JAVA, HINT),
                phrase("t(", ".lang.", JAVA, SURE),
            ],
        ),
    ),
    (
        "runtime",
        row(0, &[phrase("", ".getruntime", JAVA, [9200, 5500, 2500])]),
    ),
    ("getruntime", row(0, &[phrase("", "(", JAVA, LIKELY)])),
    (
        "processbuilder",
        row(
            0,
            &[phrase("", "", JAVA, HINT), phrase("", "(", JAVA, LIKELY)],
        ),
    ),
    (
        "javax",
        row(
            0,
            &[
                phrase("", ".script.scriptenginemanager", GADGET, SURE),
                phrase("", ".naming.", JAVA, LIKELY),
            ],
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
    ("getclass", row(0, &[phrase("", "()", JAVA, HINT)])),
    ("forname", row(0, &[phrase("", "(", JAVA, HINT)])),
    (
        "com",
        row(
            0,
            &[
                phrase("", ".sun.org.apache.xalan", GADGET, SURE),
                phrase("", ".sun.rowset", GADGET, SURE),
                phrase("", ".mchange.v2.c3p0", GADGET, SURE),
            ],
        ),
    ),
    (
        "org",
        row(
            0,
            &[
                phrase("", ".springframework.context.support", GADGET, SURE),
                phrase("", ".apache.commons.collections", GADGET, SURE),
                phrase("", ".apache.xbean", GADGET, LIKELY),
                phrase("", ".apache.tomcat.dbcp", GADGET, SURE),
            ],
        ),
    ),
    ("ysoserial", row(0, &[phrase("", "", GADGET, LIKELY)])),
    (
        "objectdataprovider",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    (
        "typeconfusedelegate",
        row(0, &[phrase("", "", GADGET, SURE)]),
    ),
    ("ro0ab", row(0, &[phrase("", "", GADGET, SURE)])),
    ("ro0abx", row(0, &[phrase("", "", GADGET, SURE)])),
    ("aced0005", row(0, &[phrase("", "", GADGET, SURE)])),
    ("_", row(0, &[phrase("", "$$nd_func$$_", GADGET, SURE)])),
    ("python", row(0, &[phrase("!!", "/", GADGET, SURE)])),
    ("ruby", row(0, &[phrase("!", "/object", GADGET, SURE)])),
    ("child_process", row(0, &[phrase("", "", NODE, LIKELY)])),
    (
        "process",
        row(
            0,
            &[
                phrase("", ".mainmodule", NODE, SURE),
                phrase("", ".binding(", NODE, SURE),
                phrase("global.", "", NODE, LIKELY),
                phrase("", ".env", NODE, WEAK),
            ],
        ),
    ),
    (
        "constructor",
        row(
            0,
            &[
                phrase("", ".constructor", NODE, LIKELY),
                phrase("", "[prototype]", PROTO, LIKELY),
                phrase("", "][prototype", PROTO, LIKELY),
                phrase("", ".prototype", PROTO, HINT),
            ],
        ),
    ),
    (
        "__proto__",
        row(0, &[phrase("", "", PROTO, [8500, 3500, 2000])]),
    ),
    (
        "__import__",
        row(0, &[phrase("", "(", PYTHON, [9000, 4500, 2500])]),
    ),
    ("subprocess", row(0, &[phrase("", ".", PYTHON, HINT)])),
    (
        "os",
        row(
            0,
            &[
                phrase("", ".popen", PYTHON, LIKELY),
                phrase("", ".system(", PYTHON, LIKELY),
            ],
        ),
    ),
    ("__class__", row(0, &[phrase("", "", PYTHON, LIKELY)])),
    (
        "__mro__",
        row(0, &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ),
    (
        "__subclasses__",
        row(0, &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ),
    (
        "__globals__",
        row(0, &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ),
    (
        "__builtins__",
        row(0, &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
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
        "where",
        row(0, &[phrase("$", "", "shield.nosqli.operator", LIKELY)]),
    ),
    (
        "ne",
        row(0, &[phrase("$", "", "shield.nosqli.operator", HINT)]),
    ),
    (
        "nin",
        row(0, &[phrase("$", "", "shield.nosqli.operator", HINT)]),
    ),
    (
        "gt",
        row(0, &[phrase("$", "", "shield.nosqli.operator", WEAK)]),
    ),
    (
        "regex",
        row(0, &[phrase("$", "", "shield.nosqli.operator", WEAK)]),
    ),
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
    ("access", row(SECRET | HEADER, &[])),
    ("access_log", row(SECRET, &[])),
    ("alert", row(SINK, &[])),
    ("apache2", row(SECRET, &[])),
    ("atob", row(SINK, &[])),
    ("autoexec", row(SECRET, &[])),
    ("aws", row(SECRET, &[])),
    ("bash_history", row(SECRET, &[])),
    ("bin", row(SHELL, &[])),
    ("boot", row(SECRET, &[])),
    ("cmd", row(SHELL, &[])),
    ("cnf", row(SECRET, &[])),
    ("compress", row(SCHEME, &[])),
    ("config", row(SECRET, &[])),
    ("confirm", row(SINK, &[])),
    ("content", row(HEADER, &[])),
    ("cookie", row(SINK, &[])),
    ("data", row(SCHEME | ACTIVE, &[])),
    (
        "dict",
        row(
            SCHEME,
            &[phrase("", "://", "shield.traversal.wrapper", LIKELY)],
        ),
    ),
    ("domain", row(SINK, &[])),
    ("error", row(SECRET, &[])),
    ("error_log", row(SECRET, &[])),
    ("execscript", row(SINK, &[])),
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
    ("fetch", row(SINK, &[])),
    ("file", row(SCHEME, &[])),
    ("fromcharcode", row(SINK, &[])),
    ("ftp", row(SCHEME, &[])),
    ("ftps", row(SCHEME, &[])),
    ("getscript", row(SINK, &[])),
    ("glob", row(SCHEME, &[])),
    (
        "gopher",
        row(
            SCHEME,
            &[phrase("", "://", "shield.traversal.wrapper", LIKELY)],
        ),
    ),
    ("group", row(SECRET, &[])),
    ("hosts", row(SECRET, &[])),
    ("htaccess", row(SECRET, &[])),
    ("htpasswd", row(SECRET, &[])),
    ("http", row(SCHEME | HEADER, &[])),
    ("httpd", row(SECRET, &[])),
    ("https", row(SCHEME, &[])),
    ("id_rsa", row(SECRET, &[])),
    ("ifs", row(SHELL, &[])),
    ("importscripts", row(SINK, &[])),
    ("inf", row(SECRET, &[])),
    ("ini", row(SECRET, &[])),
    ("innerhtml", row(SINK, &[])),
    ("issue", row(SECRET, &[])),
    ("jar", row(SCHEME, &[])),
    ("javascript", row(ACTIVE, &[])),
    ("ldap", row(SCHEME, &[])),
    ("livescript", row(ACTIVE, &[])),
    ("localstorage", row(SINK, &[])),
    ("location", row(SINK | HEADER, &[])),
    ("motd", row(SECRET, &[])),
    ("msgbox", row(SINK, &[])),
    ("netdoc", row(SCHEME, &[])),
    ("ogg", row(SCHEME, &[])),
    ("passwd", row(SECRET, &[])),
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
    ("powershell", row(SHELL, &[])),
    ("proc", row(SECRET, &[])),
    ("prompt", row(SINK, &[])),
    ("rar", row(SCHEME, &[])),
    ("refresh", row(HEADER, &[])),
    ("server", row(SECRET, &[])),
    ("set", row(HEADER, &[])),
    ("setinterval", row(SINK, &[])),
    ("settimeout", row(SINK, &[])),
    ("shadow", row(SECRET, &[])),
    ("ssh", row(SECRET, &[])),
    ("ssh2", row(SCHEME, &[])),
    ("system32", row(SECRET, &[])),
    ("tcp", row(SHELL, &[])),
    ("tftp", row(SCHEME, &[])),
    ("transfer", row(HEADER, &[])),
    ("url", row(SCHEME, &[])),
    ("vbscript", row(ACTIVE, &[])),
    ("win", row(SECRET, &[])),
    ("windows", row(SECRET, &[])),
    ("winnt", row(SECRET, &[])),
    ("write", row(SINK, &[])),
    ("writeln", row(SINK, &[])),
    ("x", row(HEADER, &[])),
    ("xmlhttprequest", row(SINK, &[])),
    ("zip", row(SCHEME, &[])),
    ("zlib", row(SCHEME, &[])),
    (
        "clonetransformer",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    ("forclosure", row(0, &[phrase("", "", GADGET, LIKELY)])),
    (
        "instantiatefactory",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    (
        "instantiatetransformer",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    (
        "invokertransformer",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    (
        "prototypeclonefactory",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    (
        "prototypeserializationfactory",
        row(0, &[phrase("", "", GADGET, LIKELY)]),
    ),
    ("whileclosure", row(0, &[phrase("", "", GADGET, LIKELY)])),
    ("kztaau", row(0, &[phrase("", "", GADGET, LIKELY)])),
    ("cs7qaf", row(0, &[phrase("", "", GADGET, LIKELY)])),
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
    ("php", row(0, &[phrase("", ":function(", PHP, LIKELY)])),
    (
        "gt",
        row(
            0,
            &[
                phrase("$", "\":\"\"", "shield.nosqli.operator", LIKELY),
                phrase("$", ":''", "shield.nosqli.operator", LIKELY),
            ],
        ),
    ),
    (
        "ne",
        row(
            0,
            &[
                phrase("$", "\":\"\"", "shield.nosqli.operator", LIKELY),
                phrase("$", ":''", "shield.nosqli.operator", LIKELY),
            ],
        ),
    ),
    (
        "regex",
        row(
            0,
            &[
                phrase("$", "\":\"\"", "shield.nosqli.operator", LIKELY),
                phrase("$", ":''", "shield.nosqli.operator", LIKELY),
            ],
        ),
    ),
    (
        "in",
        row(
            0,
            &[
                phrase("$", "\":\"\"", "shield.nosqli.operator", LIKELY),
                phrase("$", ":''", "shield.nosqli.operator", LIKELY),
            ],
        ),
    ),
    (
        "comment",
        row(0, &[phrase("$", ":", "shield.nosqli.operator", LIKELY)]),
    ),
    ("remote", row(HEADER, &[])),
    (
        "child",
        row(0, &[phrase("/", "::", "shield.xpath.axis", HINT)]),
    ),
    (
        "parent",
        row(0, &[phrase("/", "::", "shield.xpath.axis", HINT)]),
    ),
    (
        "ancestor",
        row(0, &[phrase("/", "::", "shield.xpath.axis", HINT)]),
    ),
]);
