//! Injections told by their punctuation: XML entities, server-side includes,
//! header splitting, serialised objects, logging lookups. Each is
//! a few bytes with a shape around them, looked for only where the gate saw
//! those bytes.

use super::entities;
use super::evidence::{Evidence, Strongest, Texture};
use super::signs::Signs;
use super::templates;
use crate::text::cursor::{Cursor, find, places, starts_with_ci};
use crate::text::values::Kind;

/// The strongest evidence in `text`.
pub(crate) fn find_in(kind: Kind, text: &[u8], signs: &Signs) -> Option<Evidence> {
    let texture = signs.texture;
    let mut best = Strongest::default();
    if signs.template() {
        templates::find_in(text, signs, &mut best);
        lookups(text, texture, &mut best);
    }
    if signs.header() {
        header_lines(text, texture, &mut best);
    }
    if kind == Kind::Path
        && let Some(at) = text.iter().position(|b| matches!(b, b'\r' | b'\n'))
    {
        // no router has a line end in a path (CVE-2019-11043)
        best.add(Evidence::new(HEADER, 6500, at, at.saturating_add(1)));
    }
    serialised(text, signs, &mut best);
    if signs.directive() {
        includes(text, texture, &mut best);
    }
    if signs.entity() {
        entities::find_in(kind, text, &mut best);
    }
    best.0
}

/// `${lower:j}`, `${::-j}`, `${env:X:-n}`: lookups nested to spell `jndi`.
fn lookups(text: &[u8], texture: Texture, best: &mut Strongest) {
    const LOOKUPS: [&[u8]; 12] = [
        b"lower:", b"upper:", b"::-", b"env:", b"sys:", b"ctx:", b"date:", b"base64:", b"script:",
        b"url:", b"dns:", b"java:",
    ];
    let (mut known, mut count) = (None, 0_usize);
    for at in places(text, b"${") {
        count = count.saturating_add(1);
        let name = text.get(at.saturating_add(2)..).unwrap_or_default();
        let may = matches!(name.first(), Some(b':' | b'a'..=b'z' | b'A'..=b'Z'));
        if may && known.is_none() && LOOKUPS.iter().any(|lookup| starts_with_ci(name, lookup)) {
            known = Some((at, starts_with_ci(name, b"script:")));
        }
        if known.is_some() && count > 1 {
            break;
        }
    }
    let Some((at, runs)) = known else { return };
    let nested = count > 1 || find(text.get(at..).unwrap_or_default(), b":-").is_some();
    let score = if nested || runs { 9500 } else { 6500 };
    let score = texture.weigh(score, score.min(7000), 3000);
    best.add(Evidence::new(
        "shield.log4shell.lookup",
        score,
        at,
        at.saturating_add(2),
    ));
}

const HEADER: &str = "shield.crlf.header";

/// The name of a parameter or member that reaches a prototype.
pub(crate) fn name(name: &[u8], inside: &[u8]) -> Option<Evidence> {
    let reaches =
        name == b"__proto__" || (name == b"prototype" && inside.ends_with(b"constructor"));
    reaches.then(|| Evidence::new("shield.proto.pollution", 8500, 0, name.len()))
}

/// A line end followed by a header or status line of HTTP; a request inside.
fn header_lines(text: &[u8], texture: Texture, best: &mut Strongest) {
    if texture.is_document() {
        return;
    }
    // `GET /a HTTP/1.1` and a header in the middle of a value
    for at in places(text, b" HTTP/1.").take(8) {
        let mut cursor = Cursor::starting_at(text, at.saturating_add(9));
        let ended = matches!(cursor.peek(), Some(b'\r' | b'\n'));
        cursor.skip_space();
        let name = cursor.take_while(|b| b.is_ascii_alphabetic() || b == b'-');
        if ended && !name.is_empty() && cursor.peek() == Some(b':') {
            let score = texture.weigh(7500, 3500, 2000);
            best.add(Evidence::new(HEADER, score, at, cursor.at()));
            break;
        }
    }
    let mut cursor = Cursor::new(text);
    loop {
        cursor.take_until_either(b'\r', b'\n');
        let start = cursor.at();
        if cursor.next().is_none() {
            return;
        }
        cursor.skip_space();
        let names = [
            &b"set-cookie"[..],
            b"location",
            b"content-type",
            b"content-length",
            b"x-xss-protection",
            b"transfer-encoding",
            b"refresh",
            b"access-control-allow-origin",
            b"remote-addr",
            b"set-cookie2",
            b"content-disposition",
            b"x-accel-redirect",
            b"link",
            b"x-frame-options",
            b"content-security-policy",
        ];
        let rest = cursor.rest();
        let header = names.iter().any(|name| {
            starts_with_ci(rest, name)
                && rest
                    .get(name.len()..)
                    .is_some_and(|r| r.trim_ascii_start().first() == Some(&b':'))
        });
        let request = (starts_with_ci(rest, b"get /") || starts_with_ci(rest, b"post /"))
            && find(Cursor::new(rest).take_until_either(b'\r', b'\n'), b" HTTP/").is_some();
        if header || request || starts_with_ci(rest, b"http/1.") || starts_with_ci(rest, b"http/2")
        {
            best.add(Evidence::new(
                HEADER,
                texture.weigh(8800, 3500, 2000),
                start,
                cursor.at(),
            ));
        }
    }
}

/// PHP, Java, .NET and Python objects written out.
fn serialised(text: &[u8], signs: &Signs, best: &mut Strongest) {
    let sure = |best: &mut Strongest, at: usize, length: usize| {
        best.add(Evidence::new(
            "shield.deserialization.object",
            signs.texture.weigh(9200, 7000, 4000),
            at,
            at.saturating_add(length),
        ));
    };
    if text.starts_with(b"\xac\xed\x00\x05") || text.starts_with(b"rO0AB") {
        sure(best, 0, 5);
    }
    if text.starts_with(b"AAEAAAD/////") {
        sure(best, 0, 12);
    }
    // `O:8:"stdClass":1:{` anywhere: PHP names the class length and counts
    if !signs.counted() {
        return;
    }
    for colon in places(text, b":") {
        let kind = colon.checked_sub(1).and_then(|at| text.get(at)).copied();
        if !matches!(kind, Some(b'O' | b'C' | b'o')) {
            continue;
        }
        let mut cursor = Cursor::starting_at(text, colon.saturating_add(1));
        cursor.eat(b'+');
        let digits = cursor.take_while(|b| b.is_ascii_digit());
        if !digits.is_empty() && cursor.eat(b':') && cursor.eat(b'"') {
            sure(best, colon.saturating_sub(1), 6);
            break;
        }
    }
}

/// `<!--#exec cmd="…"-->` and its relatives.
fn includes(text: &[u8], texture: Texture, best: &mut Strongest) {
    const DIRECTIVES: [&[u8]; 9] = [
        b"exec",
        b"include",
        b"echo",
        b"config",
        b"printenv",
        b"set",
        b"fsize",
        b"flastmod",
        b"if",
    ];
    for at in places(text, b"<!--") {
        let mut cursor = Cursor::starting_at(text, at.saturating_add(4));
        if matches!(cursor.peek(), Some(b' ' | b'\t')) {
            cursor.skip(1);
        }
        if cursor.eat(b'#')
            && DIRECTIVES
                .iter()
                .any(|word| starts_with_ci(cursor.rest(), word))
        {
            let score = texture.weigh(9000, 4500, 2500);
            best.add(Evidence::new(
                "shield.ssi.directive",
                score,
                at,
                cursor.at(),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        let signs = super::super::gate::scan(text.as_bytes());
        find_in(Kind::Query, text.as_bytes(), &signs)
            .filter(|e| e.score >= 5000)
            .map_or("", |e| e.code)
    }

    #[test]
    fn shapes() {
        let cases = [
            ("{{7*7}}", "shield.ssti.expression"),
            ("${7*7}", "shield.ssti.expression"),
            ("<%= 7 * 7 %>", "shield.ssti.expression"),
            ("{{''.__class__.__mro__}}", "shield.ssti.expression"),
            ("${${lower:j}ndi:x}", "shield.log4shell.lookup"),
            ("x\r\nSet-Cookie: a=b", "shield.crlf.header"),
            ("O:8:\"stdClass\":0:{}", "shield.deserialization.object"),
            ("<!--#exec cmd=\"id\"-->", "shield.ssi.directive"),
            (
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
                "shield.xxe.entity",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn templates_and_prose_in_content() {
        for text in [
            "Hello {{ user.name }}",
            "{% block body %}",
            "costs ${price}",
            "a (b)(c) d",
            "Content-Type: text/plain",
            "<!DOCTYPE html><p>x",
            "<!-- note -->",
        ] {
            assert_eq!(code(text), "", "{text}");
        }
    }
}
