//! The reason codes of the shield: one table, stable, in one sentence each.

use crate::rules::Code;

const fn seen(code: &'static str, saw: &'static str) -> Code {
    Code {
        code,
        saw,
        change: "a request without it; or, where the field holds prose or code by design, naming it in freeText",
    }
}

/// Every reason code of the shield and what it means.
pub const CODES: &[Code] = &[
    Code {
        code: "shield.clean",
        saw: "nothing that looks like an attack",
        change: "",
    },
    seen(
        "shield.learned",
        "a stretch that reads like an attack, by the learned model: no detector knows its shape",
    ),
    seen(
        "shield.sqli.tautology",
        "a condition that is always true or false, or one behind a broken quote",
    ),
    seen("shield.sqli.union", "UNION SELECT with a select list"),
    seen(
        "shield.sqli.stacked",
        "a second SQL statement behind a semicolon",
    ),
    seen(
        "shield.sqli.comment",
        "the rest of a SQL statement cut off by a comment",
    ),
    seen("shield.sqli.time", "a SQL function or statement that waits"),
    seen(
        "shield.sqli.schema",
        "a system table or procedure of a database",
    ),
    seen("shield.sqli.file", "SQL that writes a file"),
    seen(
        "shield.sqli.probe",
        "ORDER BY, HAVING or LIMIT appended to find the shape of a query",
    ),
    seen(
        "shield.sqli.subquery",
        "a sub-select or SQL function inside an expression",
    ),
    seen("shield.sqli.statement", "a SQL statement as a value"),
    seen(
        "shield.nosqli.operator",
        "a query operator of a document database",
    ),
    seen(
        "shield.nosqli.script",
        "a string or number of a document database's script left",
    ),
    seen("shield.xpath.axis", "an XPath step along an axis"),
    seen(
        "shield.ldap.filter",
        "an LDAP filter that is left and widened",
    ),
    seen("shield.xss.script", "a script element"),
    seen("shield.xss.handler", "an event handler attribute"),
    seen("shield.xss.url", "a URL that runs code"),
    seen(
        "shield.xss.breakout",
        "an attribute, tag or script string of the page ended and something active begun",
    ),
    seen(
        "shield.xss.element",
        "an element that loads or frames active content",
    ),
    seen("shield.xss.style", "a style that runs code"),
    seen(
        "shield.xss.call",
        "a call that payloads prove themselves with",
    ),
    seen("shield.traversal.climb", "steps up the directory tree"),
    seen(
        "shield.traversal.file",
        "a file of the operating system or the application's secrets",
    ),
    seen(
        "shield.traversal.wrapper",
        "a stream wrapper or local URL scheme",
    ),
    seen(
        "shield.traversal.null",
        "a NUL byte that cuts a file name off",
    ),
    seen("shield.traversal.remote", "a remote file to include"),
    seen(
        "shield.rce.separator",
        "a shell separator followed by a command",
    ),
    seen(
        "shield.rce.substitution",
        "a shell substitution with a command",
    ),
    seen("shield.rce.line", "a shell command on a line of its own"),
    seen("shield.rce.command", "a shell command line"),
    seen("shield.rce.reverse", "a shell connected to a socket"),
    seen(
        "shield.rce.shellshock",
        "a shell function in the environment, CVE-2014-6271",
    ),
    seen("shield.code.php", "PHP code or configuration"),
    seen(
        "shield.code.java",
        "Java, OGNL or expression language that reaches the runtime",
    ),
    seen(
        "shield.code.node",
        "JavaScript that reaches the server's process",
    ),
    seen(
        "shield.code.python",
        "Python that reaches the interpreter or the system",
    ),
    seen("shield.log4shell.jndi", "a JNDI lookup, CVE-2021-44228"),
    seen("shield.log4shell.lookup", "a nested logging lookup"),
    seen(
        "shield.ssti.expression",
        "a template expression that tests or attacks the engine",
    ),
    seen("shield.ssi.directive", "a server-side or edge-side include"),
    seen(
        "shield.xxe.entity",
        "an XML entity that fetches, includes or multiplies",
    ),
    seen("shield.xxe.include", "an XML inclusion"),
    seen(
        "shield.ssrf.metadata",
        "a metadata service or loopback host in disguise",
    ),
    seen("shield.crlf.header", "an HTTP header behind a line end"),
    seen("shield.deserialization.object", "a serialised object"),
    seen(
        "shield.deserialization.gadget",
        "a class that deserialisation attacks use",
    ),
    seen(
        "shield.proto.pollution",
        "a property that pollutes prototypes",
    ),
    seen(
        "shield.probe.exploit",
        "a request that only an exploit of a known framework or product sends",
    ),
    seen(
        "shield.probe.path",
        "a path that scanners ask for; weak evidence",
    ),
    seen(
        "shield.upload.name",
        "the name of a file that a server or desktop runs, or is configured by",
    ),
    seen(
        "shield.upload.script",
        "code for a server in an uploaded file",
    ),
    seen(
        "shield.upload.polyglot",
        "an uploaded image that is a page or a program too",
    ),
    seen(
        "shield.upload.mismatch",
        "an uploaded file that claims to be an image and is something else",
    ),
    seen(
        "shield.upload.active",
        "an uploaded picture or page that runs scripts",
    ),
    seen(
        "shield.smuggling.framing",
        "a message whose length is said in two ways",
    ),
    Code {
        code: "shield.graphql.depth",
        saw: "a GraphQL document that selects deeper than graphqlMaxDepth",
        change: "a shallower document, or a larger bound",
    },
    Code {
        code: "shield.graphql.aliases",
        saw: "a GraphQL document that renames more fields than graphqlMaxAliases",
        change: "fewer aliases, or a larger bound",
    },
    Code {
        code: "shield.graphql.introspection",
        saw: "a GraphQL document that asks for the schema",
        change: "a document without it, or graphqlIntrospection",
    },
    Code {
        code: "shield.expectation",
        saw: "a value that is not what the application expects in {field} ({expected})",
        change: "a value of that kind, or another kind in expect",
    },
    Code {
        code: "shield.probing",
        saw: "weak evidence ({evidence}) from a client that has kept sending attacks",
        change: "waiting until the interval of probing has passed",
    },
];
