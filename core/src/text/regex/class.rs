//! Classes of bytes: `[a-z]`, `[^"]`, `[[:alpha:]_]`.

use super::RegexError;
use super::bytes::ByteSet;
use super::parse::{Atom, Parser, error};
use alloc::format;

impl Parser<'_> {
    pub(super) fn class(&mut self, start: usize) -> Result<ByteSet, RegexError> {
        let negated = self.take('^');
        let mut set = ByteSet::default();
        let mut first = true;
        loop {
            let at = self.at;
            match self.peek() {
                None => {
                    return Err(error(
                        start,
                        "this class is not closed; for the character write \\[",
                    ));
                }
                Some(']') if !first => break,
                Some('[') => set = set.union(self.named_class(at)?),
                Some(_) => set = set.union(self.class_range(at)?),
            }
            first = false;
        }
        self.skip(']');
        if self.flags.any_case {
            set = set.any_case();
        }
        Ok(if negated { set.complement() } else { set })
    }

    fn named_class(&mut self, at: usize) -> Result<ByteSet, RegexError> {
        let Some((name, _)) = self
            .rest()
            .strip_prefix("[:")
            .and_then(|rest| rest.split_once(":]"))
        else {
            return Err(error(
                at,
                "a class inside a class is not supported; for the character write \\[",
            ));
        };
        let (negated, plain) = match name.strip_prefix('^') {
            Some(plain) => (true, plain),
            None => (false, name),
        };
        let set = ByteSet::named(plain).ok_or(error(
            at,
            "expected a class such as [:alpha:], [:digit:] or [:space:]",
        ))?;
        self.at = at.saturating_add(name.len()).saturating_add(4);
        Ok(if negated { set.complement() } else { set })
    }

    /// A byte, an escaped class, or `first-last`.
    fn class_range(&mut self, at: usize) -> Result<ByteSet, RegexError> {
        let rest = self.rest();
        if ["&&", "--", "~~"]
            .iter()
            .any(|operator| rest.starts_with(operator))
        {
            return Err(error(
                at,
                "operators between classes are not supported; for the character write it once, or with \\",
            ));
        }
        let first = match self.class_atom()? {
            Atom::Set(set) => return Ok(set),
            Atom::Byte(byte) => byte,
            Atom::Wide(_) | Atom::Look(_) => return Err(self.not_in_class(at)),
        };
        let mut ahead = self.rest().chars();
        if ahead.next() != Some('-') || matches!(ahead.next(), None | Some(']')) {
            return Ok(ByteSet::one(first));
        }
        self.skip('-');
        let last_at = self.at;
        match self.class_atom()? {
            Atom::Byte(last) if first <= last => Ok(ByteSet::default().with(first, last)),
            Atom::Byte(_) => Err(error(at, "the range is the wrong way round")),
            Atom::Set(_) => Err(error(last_at, "a range ends in one character")),
            Atom::Wide(_) | Atom::Look(_) => Err(self.not_in_class(last_at)),
        }
    }

    fn class_atom(&mut self) -> Result<Atom, RegexError> {
        let start = self.at;
        let Some(c) = self.peek() else {
            return Err(self.error("expected ]"));
        };
        self.skip(c);
        let atom = if c == '\\' {
            self.escape(start)?
        } else {
            Atom::Wide(c)
        };
        Ok(match atom {
            Atom::Wide(c) if c.is_ascii() => Atom::Byte(u8::try_from(c).unwrap_or_default()),
            atom => atom,
        })
    }

    fn not_in_class(&self, at: usize) -> RegexError {
        let inside = self.pattern.get(at..self.at).unwrap_or_default();
        if inside.starts_with('\\') && inside.len() == 2 {
            return error(at, format!("{inside} has no meaning in a class"));
        }
        error(
            at,
            "a class holds bytes: a character outside ASCII needs (a|b) instead",
        )
    }
}
