//! LDAP injection: a search filter that is left and widened.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{Cursor, find, is_word};

/// `*)(uid=*`, `)(|(`, `*)(&`: a filter that is left and widened.
pub(crate) fn find_in(text: &[u8], texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    if texture.is_text() || text.len() > 200 {
        return None;
    }
    let mut from = 0_usize;
    while let Some(at) = text.get(from..).and_then(|rest| find(rest, b")(")) {
        let start = from.saturating_add(at);
        from = start.saturating_add(2);
        let mut cursor = Cursor::starting_at(text, from);
        if matches!(cursor.peek(), Some(b'|' | b'&' | b'!')) && is_group(cursor) {
            best.add(Evidence::new("shield.ldap.filter", 7500, start, from));
            return best.0;
        }
        let name = cursor.take_while(|b| is_word(b) || b == b'-');
        let star = start.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'*');
        let equals =
            !name.is_empty() && matches!(cursor.peek(), Some(b'=' | b'~' | b'>' | b'<' | b':'));
        if equals && (star || cursor.rest().starts_with(b"=*")) {
            best.add(Evidence::new(
                "shield.ldap.filter",
                7500,
                start,
                cursor.at(),
            ));
            return best.0;
        }
    }
    for opened in [&b"*(|("[..], b"*(&(", b")((|", b")((&", b"*)(|", b"*)(&"] {
        if let Some(at) = find(text, opened) {
            let end = at.saturating_add(opened.len());
            best.add(Evidence::new("shield.ldap.filter", 7500, at, end));
        }
    }
    let left = match text {
        [b'*', b')', rest @ ..] => {
            matches!(rest, [] | [b'(' | b')' | b'*' | b'&' | b'|' | 0, ..])
        }
        [b'(', b'|' | b'&' | b'!', b'(', ..] => is_group(Cursor::starting_at(text, 1)),
        _ => false,
    };
    if left {
        best.add(Evidence::new("shield.ldap.filter", 5500, 0, 2));
    }
    best.0
}

/// `&(name=`, `|(&(name=`, `&)`: what `&`, `|` and `!` of a filter stand before.
fn is_group(mut cursor: Cursor<'_>) -> bool {
    cursor.take_while(|b| matches!(b, b'&' | b'|' | b'!' | b'('));
    let name = cursor.take_while(|b| is_word(b) || b == b'-' || b == b'.');
    match cursor.peek() {
        None => true,
        Some(b')') => name.is_empty(),
        Some(b'=' | b'~' | b':') => !name.is_empty(),
        Some(b'<' | b'>') => !name.is_empty() && cursor.peek_nth(1) == Some(b'='),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> u16 {
        let texture = super::super::gate::scan(text.as_bytes()).texture;
        find_in(text.as_bytes(), texture).map_or(0, |e| e.score)
    }

    #[test]
    fn filters() {
        for text in [
            "*)(uid=*))(|(uid=*",
            "admin)(&)",
            "x)(|(objectClass=*",
            "*)(&",
            "*))\0",
            "(|(uid=*)(cn=*))",
        ] {
            assert!(score(text) > 5000, "{text}");
        }
        for text in [
            "a (b)(c) d",
            "this.pending.set(Some((this.f)(&item)));",
            "(!(\"value\" in arg) || x)",
            "(&(__job[a]._M_first), __steal);",
            "*)  path=$(which $1)",
            "if (0) (encrypt)(&(self)->cipher, ~(size_t) 0",
        ] {
            assert_eq!(score(text), 0, "{text}");
        }
    }
}
