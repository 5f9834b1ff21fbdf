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
/// A function that runs, reads or decodes what it is given.
pub(super) const CALL: u8 = 1 << 6;
/// A word of `cmd.exe` or of another console.
pub(super) const CONSOLE: u8 = 1 << 7;

/// For [`Phrase::before`]: the phrase and a name are the whole value.
pub(super) const WHOLE: &str = "^";

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
/// Short of a verdict; another sign may complete it.
const HALF: [u16; 3] = [4500, 2000, 1000];
const WEAK: [u16; 3] = [3500, 1500, 1000];

const PHP: &str = "shield.code.php";
const JAVA: &str = "shield.code.java";
const NODE: &str = "shield.code.node";
const PYTHON: &str = "shield.code.python";
const GADGET: &str = "shield.deserialization.gadget";
const PROTO: &str = "shield.proto.pollution";
const EXPLOIT: &str = "shield.probe.exploit";
const COMMAND: &str = "shield.rce.command";
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
            SECRET | CALL,
            &[phrase("", ".diagnostics.process", GADGET, LIKELY)],
        ),
    ),
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
    ("popen", row(CALL, &[])),
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
    ("exec", row(CALL, &[])),
    (
        "eval",
        row(SINK | CALL, &[phrase("/", "-stdin.php", EXPLOIT, SURE)]),
    ),
    ("assert", row(CALL, &[])),
    ("base64_decode", row(CALL, &[])),
    ("gzinflate", row(CALL, &[])),
    ("str_rot13", row(CALL, &[])),
    ("call_user_func", row(CALL, &[])),
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
    ("file_get_contents", row(CALL, &[])),
    ("file_put_contents", row(CALL, &[])),
    ("highlight_file", row(CALL, &[])),
    ("show_source", row(CALL, &[])),
    ("readfile", row(CALL, &[])),
    ("fopen", row(CALL, &[])),
    ("fwrite", row(CALL, &[])),
    ("move_uploaded_file", row(CALL, &[])),
    ("preg_replace", row(CALL, &[])),
    ("array_map", row(CALL, &[])),
    ("ini_set", row(CALL, &[])),
    ("php_uname", row(0, &[phrase("", "(", PHP, LIKELY)])),
    ("getenv", row(CALL, &[])),
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
    (
        "php",
        row(
            SCHEME,
            &[
                phrase("", "://", "shield.traversal.wrapper", [8200, 3500, 2000]),
                phrase("<?", "", PHP, [9000, 4000, 2000]),
                phrase("{", "}", PHP, HINT),
                phrase("", ":function(", PHP, LIKELY),
            ],
        ),
    ),
    (
        "java",
        row(
            ACTIVE,
            &[
                phrase(WHOLE, ".io.", JAVA, HINT),
                phrase(WHOLE, ".lang.", JAVA, HINT),
                phrase(WHOLE, ".util.", JAVA, HALF),
                phrase("", ".io.", JAVA, WEAK),
                phrase("", ".lang.", JAVA, WEAK),
                phrase("@", ".lang.", JAVA, SURE),
                phrase("@", ".io.", JAVA, SURE),
                phrase("new ", ".", JAVA, LIKELY),
                phrase("(\"", ".lang.", JAVA, LIKELY),
                phrase("('", ".lang.", JAVA, LIKELY),
                phrase("", ".lang.runtime", JAVA, SURE),
                phrase("", ".lang.processbuilder", JAVA, SURE),
                phrase("", ".lang.system", JAVA, HALF),
                phrase("", ".lang.class.", JAVA, LIKELY),
                phrase("", ".lang.thread", JAVA, HINT),
                phrase("\"", ".net.url\"", GADGET, LIKELY),
                phrase("\"", ".net.inet", GADGET, LIKELY),
                phrase("", ".util.scanner(", JAVA, LIKELY),
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
            &[phrase("", "", JAVA, HALF), phrase("", "(", JAVA, LIKELY)],
        ),
    ),
    (
        "javax",
        row(
            0,
            &[
                phrase("", ".management.badattributevalueexp", GADGET, SURE),
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
        "com",
        row(
            0,
            &[
                phrase("", ".alibaba.druid.pool", GADGET, HINT),
                phrase("", ".sun.jndi", GADGET, SURE),
                phrase("", ".zaxxer.hikari", GADGET, HINT),
                phrase("", ".ibatis.sqlmap", GADGET, LIKELY),
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
                phrase("", ".apache.xalan", GADGET, SURE),
                phrase("", ".codehaus.groovy.runtime", GADGET, SURE),
                phrase("", ".apache.commons.beanutils", GADGET, LIKELY),
                phrase("", ".hibernate.jmx", GADGET, SURE),
                phrase("", ".apache.myfaces.view.facelets.el", GADGET, SURE),
                phrase("@", ".apache.commons", JAVA, SURE),
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
    (
        "python",
        row(
            0,
            &[
                phrase("!!", "/object/apply:", GADGET, SURE),
                phrase("!!", "/object/new:", GADGET, SURE),
                phrase("!!", "/object:", GADGET, LIKELY),
                phrase("!!", "/name:", GADGET, LIKELY),
                phrase("!!", "/module:", GADGET, LIKELY),
            ],
        ),
    ),
    ("ruby", row(0, &[phrase("!", "/object", GADGET, SURE)])),
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
        "constructor",
        row(
            0,
            &[
                phrase(":", ":constructor", EXPLOIT, SURE),
                phrase("", ".constructor", NODE, LIKELY),
                phrase("", "[prototype]", PROTO, LIKELY),
                phrase("", "][prototype", PROTO, LIKELY),
                phrase("", ".prototype", PROTO, HINT),
            ],
        ),
    ),
    (
        "__proto__",
        row(
            0,
            &[
                phrase(":", ":then", EXPLOIT, SURE),
                phrase(":", ":constructor", EXPLOIT, SURE),
                phrase("", "", PROTO, [8500, 3500, 2000]),
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
    ("subprocess", row(CALL, &[])),
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
    ("fetch", row(SINK | CONSOLE, &[])),
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
    ("writeln", row(SINK, &[])),
    ("x", row(HEADER | CALL, &[])),
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
    ("remote", row(HEADER, &[])),
    ("include", row(CALL, &[])),
    ("include_once", row(CALL, &[])),
    ("require_once", row(CALL, &[])),
    (
        "call_user_func_array",
        row(CALL, &[phrase(WHOLE, "", PHP, HINT)]),
    ),
    ("preg_replace_callback", row(CALL, &[])),
    ("array_filter", row(CALL, &[])),
    ("usort", row(CALL, &[])),
    ("register_shutdown_function", row(CALL, &[])),
    ("unserialize", row(CALL, &[])),
    ("spawn", row(CALL, &[])),
    ("spawnsync", row(CALL, &[])),
    ("execsync", row(CALL, &[])),
    ("execfile", row(CALL, &[])),
    ("execfilesync", row(CALL, &[])),
    ("check_output", row(CALL, &[])),
    ("getoutput", row(CALL, &[])),
    ("ssh2_exec", row(CALL, &[])),
    ("expect_popen", row(CALL, &[])),
    ("fork", row(CALL, &[])),
    ("readfilesync", row(CALL, &[])),
    ("readdirsync", row(CALL, &[])),
    ("open", row(CALL, &[])),
    ("opendir", row(CALL, &[])),
    ("scandir", row(CALL, &[])),
    ("parse_ini_file", row(CALL, &[])),
    ("unlink", row(CALL, &[])),
    ("simplexml_load_file", row(CALL, &[])),
    ("print", row(CALL, &[])),
    ("print_r", row(CALL, &[])),
    ("var_dump", row(CALL, &[])),
    ("var_export", row(CALL, &[])),
    ("die", row(CALL, &[])),
    ("printf", row(CALL, &[])),
    ("phpversion", row(CALL, &[])),
    ("get_defined_vars", row(CALL, &[])),
    ("get_current_user", row(CALL, &[])),
    ("getcwd", row(CALL, &[])),
    ("posix_getpwuid", row(CALL, &[])),
    ("highlight_string", row(CALL, &[])),
    ("gzuncompress", row(CALL, &[])),
    ("strrev", row(CALL, &[])),
    ("hex2bin", row(CALL, &[])),
    ("chr", row(CALL, &[])),
    ("convert_uudecode", row(CALL, &[])),
    ("kernel", row(CALL, &[])),
    ("qx", row(CALL, &[])),
    ("compile", row(CALL, &[])),
    ("do", row(CONSOLE, &[])),
    ("programfiles", row(CONSOLE, &[])),
    ("net", row(CONSOLE, &[])),
    ("reg", row(CONSOLE, &[])),
    ("netsh", row(CONSOLE, &[])),
    ("sc", row(CONSOLE, &[])),
    ("wmic", row(CONSOLE, &[])),
    ("arp", row(CONSOLE, &[])),
    ("which", row(CONSOLE, &[])),
    ("sleep", row(CONSOLE, &[])),
    ("uid", row(CONSOLE, &[])),
    ("type", row(CONSOLE, &[])),
    ("dir", row(CONSOLE, &[])),
    ("del", row(CONSOLE, &[])),
    ("copy", row(CONSOLE, &[])),
    ("more", row(CONSOLE, &[])),
    ("equ", row(CONSOLE, &[])),
    ("neq", row(CONSOLE, &[])),
    ("lss", row(CONSOLE, &[])),
    ("leq", row(CONSOLE, &[])),
    ("gtr", row(CONSOLE, &[])),
    ("geq", row(CONSOLE, &[])),
    ("errorlevel", row(CONSOLE, &[])),
    ("cmdextversion", row(CONSOLE, &[])),
    ("exist", row(CONSOLE, &[])),
    ("defined", row(CONSOLE, &[])),
    ("rcpt", row(CONSOLE, &[])),
    ("mail", row(CONSOLE, &[])),
    ("ehlo", row(CONSOLE, &[])),
    ("helo", row(CONSOLE, &[])),
    ("store", row(CONSOLE, &[])),
    ("capability", row(CONSOLE, &[])),
    ("ping", row(CONSOLE, &[])),
    ("timeout", row(CONSOLE, &[])),
    ("if", row(CONSOLE, &[])),
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
    (
        "_ignition",
        row(0, &[phrase("/", "/execute-solution", EXPLOIT, HALF)]),
    ),
    (
        "actuator",
        row(
            0,
            &[
                phrase("/", "/heapdump", EXPLOIT, LIKELY),
                phrase("/", "/gateway/routes", EXPLOIT, HALF),
                phrase("/", "/jolokia", EXPLOIT, HINT),
                phrase("/", "/env", EXPLOIT, HALF),
            ],
        ),
    ),
    (
        "mgmt",
        row(0, &[phrase("/", "/tm/util/bash", EXPLOIT, SURE)]),
    ),
    (
        "jmxinvokerservlet",
        row(0, &[phrase("/", "", EXPLOIT, LIKELY)]),
    ),
    ("wls", row(0, &[phrase("/", "-wsat/", EXPLOIT, LIKELY)])),
    (
        "descriptorbyname",
        row(0, &[phrase("/", "/org.jenkinsci", EXPLOIT, LIKELY)]),
    ),
    ("hnap1", row(0, &[phrase("/", "", EXPLOIT, HINT)])),
    ("invokefunction", row(0, &[phrase("", "", EXPLOIT, LIKELY)])),
    ("post_render", row(0, &[phrase("#", "", EXPLOIT, SURE)])),
    ("pre_render", row(0, &[phrase("#", "", EXPLOIT, SURE)])),
    ("lazy_builder", row(0, &[phrase("#", "", EXPLOIT, SURE)])),
    ("access_callback", row(0, &[phrase("#", "", EXPLOIT, SURE)])),
    (
        "makeviewvariableoptionalsolution",
        row(0, &[phrase("", "", EXPLOIT, LIKELY)]),
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
    ("xbean", row(0, &[phrase("", ":http", GADGET, SURE)])),
    ("runscript", row(0, &[phrase("", "from'", GADGET, SURE)])),
    ("autodeserialize", row(0, &[phrase("", "=", GADGET, SURE)])),
    (
        "allowloadlocalinfile",
        row(0, &[phrase("", "=true", GADGET, LIKELY)]),
    ),
    ("xamlreader", row(0, &[phrase("", "", GADGET, LIKELY)])),
    ("aaeaaad", row(0, &[phrase("", "/////", GADGET, SURE)])),
    (
        "gem",
        row(
            0,
            &[
                phrase("", "::requirement", GADGET, LIKELY),
                phrase("", "::installer", GADGET, LIKELY),
                phrase("", "::specfetcher", GADGET, LIKELY),
            ],
        ),
    ),
    ("cos", row(0, &[phrase("", "system(", GADGET, SURE)])),
    ("cposix", row(0, &[phrase("", "system(", GADGET, SURE)])),
    (
        "c__builtin__",
        row(
            0,
            &[
                phrase("", "eval", GADGET, SURE),
                phrase("", "exec", GADGET, SURE),
            ],
        ),
    ),
    (
        "rmi",
        row(
            SCHEME,
            &[phrase("", "://", "shield.traversal.wrapper", LIKELY)],
        ),
    ),
    ("jdbcrowsetimpl", row(0, &[phrase("", "", GADGET, SURE)])),
    ("templatesimpl", row(0, &[phrase("", "", GADGET, LIKELY)])),
    (
        "sun",
        row(0, &[phrase("", ".reflect.annotation", GADGET, LIKELY)]),
    ),
    ("hexdec", row(CALL, &[])),
    ("dechex", row(CALL, &[])),
]);
