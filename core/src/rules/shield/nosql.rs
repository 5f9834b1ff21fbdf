//! Injection into document databases: query operators where a plain value is
//! expected, and strings of the script that such a database runs left.
//!
//! `a[$ne]=1` and `{"a":{"$gt":""}}` turn a comparison into one that always
//! holds; `';return true;var x='` leaves a string of `$where` or `mapReduce`.
//! Operators that ordinary filter languages use too (`$gt` with a number) are
//! weak evidence. Source: the manual of `MongoDB` (query operators, `$where`), OWASP's
//! testing guide on `NoSQL` injection.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{Cursor, find_ci, places, starts_with_ci};

/// The strongest evidence in `text`, which may be a name.
pub(crate) fn operators(text: &[u8], is_name: bool, texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    let injected = matches!(
        text.trim_ascii_start().first(),
        Some(b'{' | b'[' | b'\'' | b'"' | b',' | b'}' | b']' | b'$' | b'0'..=b'9')
    );
    let mut secret = None;
    for at in places(text, b"$") {
        let mut cursor = Cursor::starting_at(text, at.saturating_add(1));
        let word = cursor.take_while(|b| b.is_ascii_alphabetic());
        let Some(operator) = Operator::of(word) else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
        let score = if is_name {
            operator.in_name(
                before,
                cursor.peek(),
                word.len() == text.len().saturating_sub(1),
            )
        } else if before == Some(b'[') && is_parameter(cursor.rest()) {
            let score = operator.in_name(before, cursor.peek(), false);
            texture.weigh(score, score.min(3500), 1000)
        } else if injected {
            let secret = *secret.get_or_insert_with(|| {
                find_ci(text, b"pass").is_some() || find_ci(text, b"user").is_some()
            });
            // a string left before it
            let left = matches!(text.first(), Some(b'\'' | b'"'));
            let score = operator.in_value(before, &mut cursor, secret || left);
            texture.weigh(score, score.min(3500), 1000)
        } else {
            0
        };
        if score > 0 {
            best.add(Evidence::new(
                "shield.nosqli.operator",
                score,
                at,
                cursor.at(),
            ));
        }
    }
    best.0
}

/// `]=`, `][]=`: a name ends and its value begins, as in a query.
fn is_parameter(rest: &[u8]) -> bool {
    rest.starts_with(b"]=") || rest.starts_with(b"][]=")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// `$where`: a script.
    Script,
    /// `$ne`, `$nin`, `$regex`, `$exists` …: almost everything fits.
    Wide,
    /// `$gt`, `$in`, `$or` …: filters use them too.
    Other,
}

impl Operator {
    fn of(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"where" | b"function" | b"accumulator" => Self::Script,
            b"ne" | b"nin" | b"regex" | b"exists" | b"not" | b"nor" => Self::Wide,
            b"gt" | b"gte" | b"lt" | b"lte" | b"eq" | b"in" | b"or" | b"and" | b"all" | b"mod"
            | b"size" | b"type" | b"expr" | b"elemMatch" | b"jsonSchema" | b"comment" => {
                Self::Other
            }
            _ => return None,
        })
    }

    /// `a[$ne]`, `$where`
    fn in_name(self, before: Option<u8>, after: Option<u8>, whole: bool) -> u16 {
        let bracket = before == Some(b'[') && after == Some(b']');
        match self {
            Self::Script if bracket || whole => 8500,
            Self::Wide if bracket => 8000,
            Self::Wide if whole => 6200,
            Self::Other if bracket => 5500,
            Self::Other if whole => 3500,
            _ => 0,
        }
    }

    /// `{"$gt":""}`, `', $or: [ {}`
    fn in_value(self, before: Option<u8>, cursor: &mut Cursor<'_>, telling: bool) -> u16 {
        let key = matches!(before, None | Some(b'"' | b'\'' | b'{' | b',' | b' '));
        if matches!(cursor.peek(), Some(b'"' | b'\'')) {
            cursor.skip(1);
        }
        cursor.skip_space();
        if !key || !cursor.eat(b':') {
            return 0;
        }
        cursor.skip_space();
        let rest = cursor.rest();
        let nothing = [&b"\"\""[..], b"''", b"null", b"undefined", b"-1", b"0"]
            .iter()
            .any(|value| starts_with_ci(rest, value));
        match self {
            Self::Script => 8500,
            Self::Wide => 7500,
            Self::Other if nothing || telling => 7500,
            Self::Other => 3500,
        }
    }
}

/// A string or number of a script left: `';return true;var x='`.
pub(crate) fn script(text: &[u8], texture: Texture) -> Option<Evidence> {
    if texture.is_text() || text.len() > 300 {
        return None;
    }
    let quote = text.iter().position(|b| matches!(b, b'\'' | b'"'));
    let number = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let start = match quote {
        Some(at) if at <= 40 && is_plain(text.get(..at)?) => at.saturating_add(1),
        _ if number > 0 => number,
        _ => return None,
    };
    let mut cursor = Cursor::starting_at(text, start);
    cursor.skip_space();
    cursor.take_while(|b| b == b')' || b == b'}');
    let rest = cursor.rest();
    let joined = rest.starts_with(b"&&") || rest.starts_with(b"||");
    if joined {
        cursor.skip(2);
    } else if !cursor.eat(b';') {
        return None;
    }
    cursor.skip_space();
    let rest = cursor.rest();
    let begins = |words: &[&[u8]]| words.iter().any(|word| rest.starts_with(word));
    let runs = if joined {
        begins(&[b"this.", b"sleep(", b"db."])
    } else {
        begins(&[
            b"return ",
            b"return(",
            b"return\t",
            b"return true",
            b"return 1",
            b"while(",
            b"do{",
            b"sleep(",
            b"db.",
            b"throw ",
            b"it=new",
            b"var ",
        ])
    };
    runs.then(|| Evidence::new("shield.nosqli.script", 7500, start, cursor.at()))
}

/// What may stand in front of the quote that is left.
fn is_plain(text: &[u8]) -> bool {
    text.iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texture(text: &str) -> Texture {
        super::super::gate::scan(text.as_bytes()).texture
    }

    fn value(text: &str) -> u16 {
        operators(text.as_bytes(), false, texture(text)).map_or(0, |e| e.score)
    }

    fn name(text: &str) -> u16 {
        operators(text.as_bytes(), true, texture(text)).map_or(0, |e| e.score)
    }

    #[test]
    fn operators_as_names_and_keys() {
        for text in ["user[$ne]", "a[b][$regex]", "$where", "$ne", "q[$gt]"] {
            assert!(name(text) >= 5000, "{text}");
        }
        for text in [
            "{\"$gt\":\"\"}",
            "{$gt: ''}",
            "{\"username\": {\"$eq\": \"admin\"}, \"password\": {\"$regex\": \"^m\" }}",
            "', $or: [ {}, { 'a':'a",
            "{\"$where\": \"sleep(100)\"}",
            "[$ne]=1",
            "login[$regex]=a.*&pass[$ne]=lol",
            "1, $where: '1 == 1'",
        ] {
            assert!(value(text) >= 5000, "{text}");
        }
    }

    #[test]
    fn filters_and_code_are_none() {
        for text in [
            "{\"score\":{\"$gt\":5}}",
            "where[$where]what[$what]",
            "costs $in total",
            "db.products.find({ \"price\": { \"$gt\": 0 } })",
            "$where",
        ] {
            assert!(value(text) < 5000, "{text}");
        }
        for text in ["$filter", "$top", "price$", "a[$sort]"] {
            assert!(name(text) < 5000, "{text}");
        }
    }

    #[test]
    fn scripts_that_are_left() {
        let score = |text: &str| script(text.as_bytes(), texture(text)).map_or(0, |e| e.score);
        for text in [
            "';return true;var x='",
            "\";return(true);var xyz='a",
            "0;return true",
            "';it=new Date();do{pt=new Date();}while(pt-it<5000);",
            "x' && this.password.match(/.*/)//",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
        for text in [
            "return true;",
            "let x = 'a'; return x;",
            "5; 6",
            "it's; returned",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
