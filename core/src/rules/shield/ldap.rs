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
        if matches!(cursor.peek(), Some(b'|' | b'&' | b'!')) {
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
    if matches!(
        text,
        [b'*', b')', ..] | [b'(', b'|' | b'&' | b'!', b'(', ..]
    ) {
        best.add(Evidence::new("shield.ldap.filter", 5500, 0, 2));
    }
    best.0
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
        assert!(score("*)(uid=*))(|(uid=*") > 5000);
        assert_eq!(score("a (b)(c) d"), 0);
    }
}
