//! Phrases with one meaning: names of gadgets, classes, schemes and metadata
//! hosts that nobody sends by accident.
//!
//! They are found by their first word while the gate reads the value, so the
//! list costs the same whatever its length. A space in a phrase stands for any
//! white space, also none.

use super::evidence::{Evidence, Texture};
use crate::text::cursor::{Cursor, is_space};
use crate::text::words::Words;

/// One phrase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase {
    /// What follows the first word, in lower case.
    tail: &'static str,
    /// What must stand before it, if anything.
    before: &'static str,
    code: &'static str,
    /// Belief in a short value, in a text, in a document.
    scores: [u16; 3],
}

const fn phrase(before: &'static str, tail: &'static str, code: &'static str, scores: [u16; 3]) -> Phrase {
    Phrase { tail, before, code, scores }
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

/// Phrases by their first word. A word has one row; its phrases share it.
static PHRASES: Words<&[Phrase], 512> = Words::new(&[
    ("jndi", &[phrase("{", ":", "shield.log4shell.jndi", SURE)]),
    ("phpinfo", &[phrase("", "(", PHP, LIKELY)]),
    ("system", &[phrase("", "(", PHP, HINT), phrase("os.", "", PYTHON, HINT), phrase("", ".diagnostics.process", GADGET, LIKELY)]),
    ("passthru", &[phrase("", "(", PHP, LIKELY)]),
    ("shell_exec", &[phrase("", "(", PHP, LIKELY)]),
    ("proc_open", &[phrase("", "(", PHP, LIKELY)]),
    ("popen", &[phrase("", "(", PYTHON, LIKELY)]),
    ("pcntl_exec", &[phrase("", "(", PHP, LIKELY)]),
    ("exec", &[phrase("", "(", NODE, HINT)]),
    ("eval", &[phrase("", "(", NODE, HINT)]),
    ("assert", &[phrase("", "(", PHP, HINT)]),
    ("base64_decode", &[phrase("", "(", PHP, LIKELY)]),
    ("gzinflate", &[phrase("", "(", PHP, LIKELY)]),
    ("str_rot13", &[phrase("", "(", PHP, LIKELY)]),
    ("call_user_func", &[phrase("", "(", PHP, LIKELY)]),
    ("create_function", &[phrase("", "(", PHP, LIKELY)]),
    ("file_get_contents", &[phrase("", "(", PHP, LIKELY)]),
    ("file_put_contents", &[phrase("", "(", PHP, LIKELY)]),
    ("highlight_file", &[phrase("", "(", PHP, LIKELY)]),
    ("show_source", &[phrase("", "(", PHP, LIKELY)]),
    ("readfile", &[phrase("", "(", PHP, HINT)]),
    ("fopen", &[phrase("", "(", PHP, HINT)]),
    ("fwrite", &[phrase("", "(", PHP, HINT)]),
    ("move_uploaded_file", &[phrase("", "(", PHP, LIKELY)]),
    ("preg_replace", &[phrase("", "(", PHP, HINT)]),
    ("array_map", &[phrase("", "(", PHP, HINT)]),
    ("ini_set", &[phrase("", "(", PHP, HINT)]),
    ("php_uname", &[phrase("", "(", PHP, LIKELY)]),
    ("getenv", &[phrase("", "(", PHP, HINT)]),
    ("_get", &[phrase("$", "[", PHP, LIKELY)]),
    ("_post", &[phrase("$", "[", PHP, LIKELY)]),
    ("_request", &[phrase("$", "[", PHP, LIKELY)]),
    ("_server", &[phrase("$", "[", PHP, LIKELY)]),
    ("_cookie", &[phrase("$", "[", PHP, LIKELY)]),
    ("_files", &[phrase("$", "[", PHP, LIKELY)]),
    ("globals", &[phrase("$", "[", PHP, LIKELY)]),
    ("auto_prepend_file", &[phrase("", "", PHP, LIKELY)]),
    ("allow_url_include", &[phrase("", "", PHP, LIKELY)]),
    ("php", &[phrase("<?", "", PHP, [9000, 4000, 2000])]),
    ("java", &[
        phrase("", ".lang.runtime", JAVA, SURE),
        phrase("", ".lang.processbuilder", JAVA, SURE),
        phrase("", ".lang.system", JAVA, LIKELY),
        phrase("", ".lang.class", JAVA, LIKELY),
        phrase("", ".lang.thread", JAVA, LIKELY),
        phrase("", ".net.url", JAVA, HINT),
        phrase("", ".io.file", JAVA, HINT),
        phrase("", ".util.scanner", JAVA, HINT),
        phrase("t(", ".lang.", JAVA, SURE),
    ]),
    ("runtime", &[phrase("", ".getruntime", JAVA, [9200, 5500, 2500])]),
    ("getruntime", &[phrase("", "(", JAVA, LIKELY)]),
    ("processbuilder", &[phrase("", "(", JAVA, LIKELY)]),
    ("javax", &[phrase("", ".script.scriptenginemanager", GADGET, SURE), phrase("", ".naming.", JAVA, LIKELY)]),
    ("class", &[phrase("", ".module.classloader", JAVA, SURE), phrase("", ".classloader", JAVA, LIKELY), phrase("", "['classloader']", JAVA, LIKELY)]),
    ("_memberaccess", &[phrase("", "", JAVA, SURE)]),
    ("memberaccess", &[phrase("#", "", JAVA, SURE)]),
    ("opensymphony", &[phrase("com.", ".xwork2", JAVA, SURE)]),
    ("freemarker", &[phrase("", ".template.utility", JAVA, SURE)]),
    ("getclass", &[phrase("", "()", JAVA, HINT)]),
    ("forname", &[phrase("", "(", JAVA, HINT)]),
    ("com", &[phrase("", ".sun.org.apache.xalan", GADGET, SURE), phrase("", ".sun.rowset", GADGET, SURE), phrase("", ".mchange.v2.c3p0", GADGET, SURE)]),
    ("org", &[
        phrase("", ".springframework.context.support", GADGET, SURE),
        phrase("", ".apache.commons.collections", GADGET, SURE),
        phrase("", ".apache.xbean", GADGET, LIKELY),
        phrase("", ".apache.tomcat.dbcp", GADGET, SURE),
    ]),
    ("ysoserial", &[phrase("", "", GADGET, LIKELY)]),
    ("objectdataprovider", &[phrase("", "", GADGET, LIKELY)]),
    ("typeconfusedelegate", &[phrase("", "", GADGET, SURE)]),
    ("ro0ab", &[phrase("", "", GADGET, SURE)]),
    ("ro0abx", &[phrase("", "", GADGET, SURE)]),
    ("aced0005", &[phrase("", "", GADGET, SURE)]),
    ("_", &[phrase("", "$$nd_func$$_", GADGET, SURE)]),
    ("python", &[phrase("!!", "/", GADGET, SURE)]),
    ("ruby", &[phrase("!", "/object", GADGET, SURE)]),
    ("child_process", &[phrase("", "", NODE, LIKELY)]),
    ("process", &[phrase("", ".mainmodule", NODE, SURE), phrase("", ".binding(", NODE, SURE), phrase("global.", "", NODE, LIKELY), phrase("", ".env", NODE, WEAK)]),
    ("constructor", &[
        phrase("", ".constructor", NODE, LIKELY),
        phrase("", "[prototype]", PROTO, LIKELY),
        phrase("", "][prototype", PROTO, LIKELY),
        phrase("", ".prototype", PROTO, HINT),
    ]),
    ("__proto__", &[phrase("", "", PROTO, [8500, 3500, 2000])]),
    ("__import__", &[phrase("", "(", PYTHON, [9000, 4500, 2500])]),
    ("subprocess", &[phrase("", ".", PYTHON, HINT)]),
    ("os", &[phrase("", ".popen", PYTHON, LIKELY), phrase("", ".system(", PYTHON, LIKELY)]),
    ("__class__", &[phrase("", "", PYTHON, LIKELY)]),
    ("__mro__", &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ("__subclasses__", &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ("__globals__", &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ("__builtins__", &[phrase("", "", PYTHON, [9000, 4500, 2500])]),
    ("169", &[phrase("", ".254.169.254", SSRF, [9000, 4500, 2500])]),
    ("100", &[phrase("", ".100.100.200", SSRF, [9000, 4500, 2500])]),
    ("2852039166", &[phrase("", "", SSRF, LIKELY)]),
    ("0xa9fea9fe", &[phrase("", "", SSRF, SURE)]),
    ("metadata", &[phrase("", ".google.internal", SSRF, [9000, 4500, 2500])]),
    ("gateway", &[phrase("", ".docker.internal", SSRF, HINT)]),
    ("0x7f000001", &[phrase("", "", SSRF, LIKELY)]),
    ("2130706433", &[phrase("/", "", SSRF, LIKELY)]),
    ("where", &[phrase("$", "", "shield.nosqli.operator", LIKELY)]),
    ("ne", &[phrase("$", "", "shield.nosqli.operator", HINT)]),
    ("nin", &[phrase("$", "", "shield.nosqli.operator", HINT)]),
    ("gt", &[phrase("$", "", "shield.nosqli.operator", WEAK)]),
    ("regex", &[phrase("$", "", "shield.nosqli.operator", WEAK)]),
    ("esi", &[phrase("<", ":", "shield.ssi.directive", LIKELY)]),
    ("wp", &[phrase("/", "-login.php", "shield.probe.path", WEAK), phrase("/", "-config", "shield.probe.path", WEAK)]),
    ("git", &[phrase("/.", "/", "shield.probe.path", WEAK)]),
    ("env", &[phrase("/.", "", "shield.probe.path", WEAK)]),
    ("xmlrpc", &[phrase("/", ".php", "shield.probe.path", WEAK)]),
    ("phpmyadmin", &[phrase("", "", "shield.probe.path", WEAK)]),
]);

/// The strongest phrase in a short value, in a text, in a document.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    best: [Option<Evidence>; 3],
}

impl Known {
    /// Looks at the word of `text` from `start` to `end`, its hash known.
    #[inline]
    pub(crate) fn word(&mut self, text: &[u8], start: usize, end: usize, hash: u32) {
        let Some(word) = text.get(start..end) else { return };
        let Some(phrases) = PHRASES.get_hashed(hash, word) else { return };
        for phrase in phrases {
            if phrase.stands(text, start, end) {
                for (slot, score) in self.best.iter_mut().zip(phrase.scores) {
                    if slot.is_none_or(|kept| kept.score < score) {
                        *slot = Some(Evidence::new(phrase.code, score, start, end));
                    }
                }
            }
        }
    }

    pub(crate) fn strongest(&self, texture: Texture) -> Option<Evidence> {
        let [short, text, document] = self.best;
        if texture.is_document() {
            document
        } else if texture.is_text() {
            text
        } else {
            short
        }
    }
}

impl Phrase {
    fn stands(&self, text: &[u8], start: usize, end: usize) -> bool {
        let before = text.get(..start).unwrap_or_default();
        let before_fits = before
            .len()
            .checked_sub(self.before.len())
            .and_then(|at| before.get(at..))
            .is_some_and(|b| b.eq_ignore_ascii_case(self.before.as_bytes()));
        if !before_fits {
            return false;
        }
        let mut cursor = Cursor::starting_at(text, end);
        for wanted in self.tail.bytes() {
            if cursor.peek().is_some_and(is_space) {
                cursor.take_while(is_space);
            }
            if !cursor.next().is_some_and(|b| b.eq_ignore_ascii_case(&wanted)) {
                return false;
            }
        }
        true
    }
}
