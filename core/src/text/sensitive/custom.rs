//! The application's own values, by the way they are written.
//!
//! | in a pattern | stands for |
//! | --- | --- |
//! | `#` | a digit |
//! | `?` | a letter of ASCII |
//! | `*` | a letter or a digit |
//! | `{3}` `{2,6}` behind one of these | so many of them; as many as are there |
//! | `\` and a sign | that sign |
//! | anything else | itself; letters in this case |
//!
//! A value begins and ends where a word does. There is no choice and no way
//! back, so a pattern costs what the text is long.

use super::{before, byte, is_word};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Longest pattern, and most repeats of one sign.
const LONGEST: usize = 128;
const REPEATS: u8 = 64;
/// Longest name.
const NAME: usize = 40;

/// A type of value of the application's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    name: String,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    class: Class,
    least: u8,
    most: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Either,
    Itself(u8),
}

impl Class {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Letter => byte.is_ascii_alphabetic(),
            Self::Either => byte.is_ascii_alphanumeric(),
            Self::Itself(own) => own == byte,
        }
    }

    fn is_word(self) -> bool {
        match self {
            Self::Itself(byte) => is_word(byte),
            _ => true,
        }
    }
}

/// What is wrong with a custom type: what was found, what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomError {
    /// Which member: the name rather than the pattern.
    pub in_name: bool,
    /// What is allowed.
    pub allowed: &'static str,
}

impl Custom {
    /// A type of this name, written like `pattern`.
    ///
    /// # Errors
    /// What is wrong with the name or the pattern.
    pub fn new(name: &str, pattern: &str) -> Result<Self, CustomError> {
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let known = super::Entity::named(name).is_some();
        if name.is_empty() || name.len() > NAME || known || !name.bytes().all(fits) {
            return Err(CustomError {
                in_name: true,
                allowed: "1 to 40 of A-Z, 0-9 and _, not the name of a known type",
            });
        }
        let wrong = CustomError {
            in_name: false,
            allowed: "1 to 128 signs; # a digit, ? a letter, * either, {2,6} so many of them (64 at \
                      most), \\ before a sign that stands for itself",
        };
        let items = parse(pattern.as_bytes()).ok_or(wrong)?;
        let name = name.to_string();
        Ok(Self { name, items })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Visits the values in `text`: where each begins and ends.
    pub(super) fn each(&self, text: &[u8], visit: &mut dyn FnMut(usize, usize)) {
        let Some(first) = self.items.first().map(|item| item.class) else {
            return;
        };
        let mut at = 0;
        while at < text.len() {
            let inside = first.is_word() && is_word(before(text, at));
            if !inside
                && first.has(byte(text, at))
                && let Some(end) = self.ends(text, at)
            {
                visit(at, end);
                at = end;
            } else {
                at = at.saturating_add(1);
            }
        }
    }

    fn ends(&self, text: &[u8], start: usize) -> Option<usize> {
        let mut at = start;
        for item in &self.items {
            let most = usize::from(item.most);
            let end = super::run(text, at, most, |b| item.class.has(b));
            if end.saturating_sub(at) < usize::from(item.least) {
                return None;
            }
            at = end;
        }
        let cut = is_word(before(text, at)) && is_word(byte(text, at));
        (at > start && !cut).then_some(at)
    }
}

fn parse(pattern: &[u8]) -> Option<Vec<Item>> {
    if pattern.len() > LONGEST {
        return None;
    }
    let mut items: Vec<Item> = Vec::new();
    let mut rest = pattern;
    while let [first, tail @ ..] = rest {
        rest = tail;
        let class = match first {
            b'#' => Class::Digit,
            b'?' => Class::Letter,
            b'*' => Class::Either,
            b'{' => {
                let end = rest.iter().position(|b| *b == b'}')?;
                let (inside, tail) = rest.split_at_checked(end)?;
                rest = tail.get(1..)?;
                let mut numbers = inside.split(|b| *b == b',');
                let least = number(numbers.next()?)?;
                let most = numbers.next().map_or(Some(least), number)?;
                let repeated = items.last_mut()?;
                let repeats = !matches!(repeated.class, Class::Itself(_))
                    && repeated.least == 1
                    && repeated.most == 1;
                if !repeats
                    || numbers.next().is_some()
                    || least > most
                    || most == 0
                    || most > REPEATS
                {
                    return None;
                }
                (repeated.least, repeated.most) = (least, most);
                continue;
            }
            b'\\' => {
                let [own, tail @ ..] = rest else { return None };
                rest = tail;
                Class::Itself(*own)
            }
            own => Class::Itself(*own),
        };
        items.push(Item {
            class,
            least: 1,
            most: 1,
        });
    }
    // something has to be there
    let some = items.iter().any(|item| item.least > 0);
    (some && items.first().is_some_and(|item| item.least > 0)).then_some(items)
}

fn number(digits: &[u8]) -> Option<u8> {
    core::str::from_utf8(digits).ok()?.parse().ok()
}
