//! What the tokens of SQL are.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The quote that ended the string the input started in.
    Close,
    /// A name, or a word of no language.
    Name,
    Number,
    /// A string; open if the input ended in it.
    Text {
        open: bool,
        empty: bool,
    },
    /// `@x`, `@@x`, `?`, `:x`
    Variable,
    /// `= < > <> != <=> ~`
    Compare,
    /// `+ - * / % ^ & |`
    Arithmetic,
    /// `||`
    Pipes,
    /// `and or xor &&`
    Logic,
    /// `not !`
    Not,
    Open,
    Shut,
    Comma,
    Semicolon,
    /// `--`, `#` or an unclosed `/*`
    Comment,
    Dot,
    /// A byte no SQL has outside strings.
    Other,
    Union,
    All,
    Select,
    From,
    Where,
    Into,
    /// `order`, `group`
    Order,
    By,
    Having,
    Limit,
    Insert,
    Update,
    Delete,
    Drop,
    Create,
    Alter,
    /// `exec`, `execute`, `call`
    Execute,
    Declare,
    Waitfor,
    Shutdown,
    /// `null`, `true`, `false`
    Literal,
    /// `like`, `rlike`, `regexp`, `glob`
    Like,
    Between,
    In,
    Is,
    Set,
    Values,
    As,
    Case,
    When,
    /// `table`, `database`, `user`, `view`, `procedure` …
    Object,
    /// A function that waits.
    Sleep,
    /// A function that databases have and prose does not.
    Function,
    /// A function whose name is an ordinary word too.
    WeakFunction,
    /// A table that only an intruder asks for.
    Schema,
    /// A procedure or function that only an intruder calls.
    Procedure,
    /// `outfile`, `dumpfile`
    Outfile,
    Delay,
}

impl Kind {
    /// A small number of its own, for sets of kinds.
    pub(crate) fn index(self) -> u32 {
        match self {
            Self::Union => 1,
            Self::Select => 2,
            Self::Insert => 3,
            Self::Delete => 4,
            Self::Update => 5,
            Self::Drop => 6,
            Self::Create => 7,
            Self::Alter => 8,
            Self::Execute => 9,
            Self::Declare => 10,
            Self::Waitfor => 11,
            Self::Shutdown => 12,
            Self::Logic => 13,
            Self::Like => 14,
            Self::Between => 15,
            Self::In => 16,
            Self::Is => 17,
            Self::Order => 18,
            Self::Having => 19,
            Self::Sleep => 20,
            Self::Function => 21,
            Self::WeakFunction => 22,
            Self::Schema => 23,
            Self::Outfile => 24,
            Self::Procedure => 25,
            Self::Object => 26,
            Self::Where => 27,
            Self::Case => 28,
            Self::As => 29,
            Self::From => 30,
            _ => 0,
        }
    }
}
