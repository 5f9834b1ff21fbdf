//! Classes and prefixes of serialised objects that attacks use.

use super::{
    ACTIVE, CALL, GADGET, HALF, HINT, JAVA, LIKELY, Row, SECRET, SURE, WEAK, WHOLE, phrase, row,
};

/// By their first words.
pub(super) const ROWS: &[(&str, Row)] = &[
    (
        "system",
        row(
            SECRET | CALL,
            &[phrase("", ".diagnostics.process", GADGET, LIKELY)],
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
        "com",
        row(
            0,
            &[
                phrase("", ".alibaba.druid.pool", GADGET, HINT),
                phrase(WHOLE, ".sun.", JAVA, HINT),
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
                phrase(WHOLE, ".apache.commons", JAVA, HINT),
                phrase(WHOLE, ".omg.corba", JAVA, HINT),
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
    ("ro0abq", row(0, &[phrase("", "", GADGET, SURE)])),
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
    ("jdbcrowsetimpl", row(0, &[phrase("", "", GADGET, SURE)])),
    ("templatesimpl", row(0, &[phrase("", "", GADGET, LIKELY)])),
    (
        "sun",
        row(0, &[phrase("", ".reflect.annotation", GADGET, LIKELY)]),
    ),
];
