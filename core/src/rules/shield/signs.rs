//! What one pass over a value noticed ([`super::gate`]), and the detectors that
//! deserves: each question is a necessary condition of what its detector finds.
//! A name, a number or a sentence deserves none.

use super::evidence::Texture;
use super::known::Known;
use super::phrases::{ACTIVE, CALL, CONSOLE, HEADER, SCHEME, SECRET, SHELL, SINK};
use crate::text::sql::Kind;

/// What a value holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    /// Classes of bytes and pairs of bytes.
    pub(super) bytes: u32,
    /// Bit `n` set: a word of [`Kind`] `n` occurs.
    pub(super) sql: u64,
    pub(crate) texture: Texture,
    pub(crate) known: Known,
    /// The line at hand has a word; and more than one letter. Lines of a letter
    /// each are no text.
    pub(super) lone: bool,
    pub(super) filled: bool,
}

pub(super) const QUOTE: u32 = 1;
pub(super) const COMPARE: u32 = 1 << 1;
pub(super) const OPEN: u32 = 1 << 2;
pub(super) const SEPARATOR: u32 = 1 << 3;
pub(super) const LINE: u32 = 1 << 4;
pub(super) const SLASH: u32 = 1 << 5;
pub(super) const DOT: u32 = 1 << 6;
pub(super) const COLON: u32 = 1 << 7;
pub(super) const COMMENT: u32 = 1 << 8;
pub(super) const NUL: u32 = 1 << 9;
pub(super) const FOLDED: u32 = 1 << 10;
pub(super) const BACKTICK: u32 = 1 << 11;
pub(super) const OPERATOR: u32 = 1 << 12;
pub(super) const COMMA: u32 = 1 << 13;
/// Bytes that matter with the one before them.
pub(super) const PAIRED: u32 = 1 << 14;
pub(super) const DIGIT: u32 = 1 << 15;
pub(super) const LESS: u32 = 1 << 16;
/// `<` and a letter, `/`, `!` or `?`.
pub(super) const TAG: u32 = 1 << 17;
/// `..`
pub(super) const CLIMB: u32 = 1 << 18;
/// `{{`, `${`, `<%` and the like.
pub(super) const TEMPLATE: u32 = 1 << 19;
/// `$(`
pub(super) const SUBSTITUTE: u32 = 1 << 20;
/// `)(`
pub(super) const FILTER: u32 = 1 << 21;
/// The name of an event handler.
pub(super) const EVENT: u32 = 1 << 22;
/// The value begins with a command of a shell.
pub(super) const COMMAND: u32 = 1 << 23;
/// A number that starts with `0x`.
pub(super) const HEXADECIMAL: u32 = 1 << 24;
/// A word that template expressions ask for.
pub(super) const ASK: u32 = 1 << 25;
/// `<!`
pub(super) const DECLARATION: u32 = 1 << 26;
/// `](`
pub(super) const INDEXED: u32 = 1 << 27;
/// `<?`
pub(super) const QUESTION: u32 = 1 << 28;
/// `$`
pub(super) const DOLLAR: u32 = 1 << 29;
/// A letter, digit or underscore.
pub(super) const WORD: u32 = 1 << 31;

impl Signs {
    fn has(&self, bytes: u32) -> bool {
        self.bytes & bytes != 0
    }

    fn says(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.sql & bit(*kind) != 0)
    }

    /// Something is written in a disguise that a second decoding may lift.
    pub(crate) fn folded(&self) -> bool {
        self.has(FOLDED)
    }

    /// No detector has a reason to look.
    pub(crate) fn plain(&self) -> bool {
        self.bytes & !(DIGIT | COMMA | ASK) == 0
            && self.sql == 0
            && self.known.is_empty()
            && !self.lone()
    }

    /// One long word, which may be an object written out.
    fn lone(&self) -> bool {
        self.texture.words <= 1 && self.texture.length > 11
    }

    /// A template may open.
    pub(crate) fn template(&self) -> bool {
        self.has(TEMPLATE)
    }

    /// An expression may ask for something.
    pub(crate) fn asks(&self) -> bool {
        self.has(ASK)
    }

    /// A line ends and a header's name occurs.
    pub(crate) fn header(&self) -> bool {
        self.has(LINE) && self.known.marked(HEADER)
    }

    /// A directive for the server may stand in a comment.
    pub(crate) fn directive(&self) -> bool {
        self.has(DECLARATION) && self.has(COMMENT)
    }

    /// An entity may be declared or a document included.
    pub(crate) fn entity(&self) -> bool {
        self.has(DECLARATION) || (self.has(TAG) && self.has(COLON))
    }

    /// A line ends.
    pub(crate) fn line(&self) -> bool {
        self.has(LINE)
    }

    /// `(` occurs.
    pub(crate) fn open(&self) -> bool {
        self.has(OPEN)
    }

    /// Numbers, quotes and colons occur, as in a serialised object.
    pub(crate) fn counted(&self) -> bool {
        self.has(COLON) && self.has(QUOTE) && self.has(DIGIT)
    }

    /// `..` occurs.
    pub(crate) fn climbs(&self) -> bool {
        self.has(CLIMB)
    }

    /// `$` occurs, as before the operators of a document database.
    pub(crate) fn dollar(&self) -> bool {
        self.has(DOLLAR)
    }

    /// The value is made of words and blanks, perhaps commas and full stops.
    fn bare(&self) -> bool {
        self.texture.words >= 6 || !self.has(QUOTE | DIGIT | COMPARE | SEPARATOR | OPERATOR)
    }

    /// Short, and a string or a number could be left for a script.
    pub(crate) fn left(&self) -> bool {
        self.texture.length <= 300 && self.has(SEPARATOR) && self.has(QUOTE | DIGIT)
    }

    /// Short, and steps and calls of a path through a document occur.
    pub(crate) fn steps(&self) -> bool {
        self.texture.length <= 400
            && ((self.has(SLASH | DOT) && self.has(OPEN))
                || (self.has(COLON) && self.has(SLASH) && self.has(QUOTE))
                || (self.has(SEPARATOR) && self.has(SLASH)))
    }

    pub(crate) fn nul(&self) -> bool {
        self.has(NUL)
    }

    /// A function or property of scripts occurs.
    pub(crate) fn sink(&self) -> bool {
        self.known.marked(SINK)
    }

    pub(crate) fn secret(&self) -> bool {
        self.known.marked(SECRET)
    }

    pub(crate) fn scheme(&self) -> bool {
        self.known.marked(SCHEME) && self.has(COLON)
    }

    /// Short, and an address or the name of a host.
    pub(crate) fn host(&self) -> bool {
        (self.has(COLON) || self.texture.length <= 64) && self.has(SLASH | DOT | COLON)
    }

    /// Short, and of one piece.
    pub(crate) fn piece(&self) -> bool {
        self.texture.length <= 200
            && !self.texture.is_text()
            && self.has(OPEN | SEPARATOR | COMPARE | PAIRED)
    }

    pub(crate) fn idiom(&self) -> bool {
        self.known.marked(SHELL) || (self.has(OPEN) && self.has(SEPARATOR))
    }

    pub(crate) fn markup(&self) -> bool {
        self.has(TAG)
            || (self.has(EVENT) && self.has(COMPARE))
            || (self.sink() && self.has(OPEN | BACKTICK | DOT))
            || (self.known.marked(ACTIVE) && self.has(COLON))
            || (self.has(QUOTE) && self.has(LESS))
            || (self.has(INDEXED) && self.texture.length <= 2000)
            || (self.has(OPEN) && !self.has(WORD) && self.texture.length >= 16)
    }

    pub(crate) fn path(&self) -> bool {
        let whole = self.texture.length <= 400 || self.has(CLIMB);
        self.has(NUL)
            || (self.has(CLIMB) && self.has(SLASH | FOLDED | DIGIT))
            || (whole && self.has(FOLDED))
            || (whole && self.has(HEXADECIMAL))
            || self.scheme()
            || (whole && (self.secret() || (self.has(SLASH) && !self.has(QUOTE | LESS))))
    }

    /// Short, and written like a file's name.
    pub(crate) fn file(&self) -> bool {
        self.texture.length <= 400 && self.has(SLASH | DOT | FOLDED | NUL)
    }

    /// Short, and written like an address with a query.
    pub(crate) fn address(&self) -> bool {
        self.texture.length <= 400 && self.has(DOT) && self.has(COMPARE)
    }

    /// Short, and with a word of a console or a call through a variable.
    pub(crate) fn console(&self) -> bool {
        self.texture.length <= 1000
            && !self.texture.is_text()
            && (self.known.marked(CONSOLE) || self.has(INDEXED))
    }

    /// A function that runs what it is given is called.
    pub(crate) fn calls(&self) -> bool {
        self.has(OPEN | BACKTICK | TAG | PAIRED) && (self.known.marked(CALL) || self.has(QUESTION))
    }

    pub(crate) fn shell(&self) -> bool {
        self.has(SEPARATOR | LINE | BACKTICK | SUBSTITUTE | COMMAND | TEMPLATE)
            || self.known.marked(SHELL)
            || (self.has(SLASH) && self.texture.length <= 64)
    }

    pub(crate) fn markers(&self) -> bool {
        self.has(TEMPLATE | FILTER)
            || (self.has(TAG) && self.has(COMPARE))
            || (self.has(COLON | SLASH) && self.header())
            || self.counted()
            || self.lone()
            || (self.has(OPEN) && self.texture.length <= 64)
    }

    pub(crate) fn sql(&self) -> bool {
        let quote = self.has(QUOTE);
        let short = self.texture.length <= 200;
        let digit = self.has(DIGIT);
        let joined = self.has(SEPARATOR) && self.has(COMPARE) && digit;
        if short && (joined || (quote && self.has(COMMENT | OPERATOR | COMPARE | SEPARATOR))) {
            return true;
        }
        let brief = self.texture.length <= 64;
        // `1 --`, `@@version`
        if brief && self.has(COMMENT) && (digit || self.has(COMMA | OPEN))
            || brief && self.has(COMMA) && !self.bare()
        {
            return true;
        }
        if self.sql == 0 {
            return false;
        }
        let verb = [
            Kind::Union,
            Kind::Insert,
            Kind::Delete,
            Kind::Update,
            Kind::Drop,
            Kind::Create,
            Kind::Alter,
            Kind::Execute,
            Kind::Select,
        ];
        let compares = [Kind::Logic, Kind::Like, Kind::Between, Kind::In, Kind::Is];
        self.says(&[
            Kind::Schema,
            Kind::Procedure,
            Kind::Waitfor,
            Kind::Outfile,
            Kind::Shutdown,
            Kind::Declare,
        ]) || (self.says(&verb)
            && (digit || self.has(QUOTE | OPEN | SEPARATOR | COMMENT | COMMA | OPERATOR | COMPARE)))
            || (self.has(OPEN) && self.says(&[Kind::Sleep, Kind::Function]))
            || (self.has(OPEN)
                && self.says(&[Kind::WeakFunction, Kind::Object])
                && (quote || brief || self.says(&[Kind::Logic]) || digit && self.has(COMPARE)))
            || (self.says(&compares)
                && ((quote && (short || self.has(COMPARE)))
                    || self.has(COMPARE)
                    || (digit && self.says(&[Kind::Like, Kind::Between]))))
            || (digit && self.says(&[Kind::Order, Kind::Having, Kind::Where]))
            || (self.says(&[Kind::Union]) && self.says(&[Kind::Select]))
            || (self.says(&[Kind::Case]) && digit && (brief || self.has(QUOTE | OPEN | COMPARE)))
            || (self.texture.length <= 64
                && self.says(&[Kind::As])
                && self.says(&[Kind::From])
                && !self.bare())
            || (self.says(&[Kind::Logic])
                && digit
                && (self.has(COMMENT) || short && self.says(&[Kind::In, Kind::Is])))
            || (brief && self.says(&[Kind::Logic]) && self.has(COMMENT))
    }
}

/// A kind of word in [`Signs::sql`].
pub(super) fn bit(kind: Kind) -> u64 {
    1_u64.wrapping_shl(kind.index()) & !1
}
