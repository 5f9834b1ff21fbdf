//! Is this the address of a mailbox that a person could own?
//!
//! RFC 5321 (what may travel by SMTP) and RFC 6531 (non-ASCII) decide, minus
//! what no sign-up form needs: comments, folding, display names, obsolete
//! forms and, unless asked for, quoted local parts and address literals. No
//! control character, white space, bidirectional or invisible character is
//! ever accepted, so an address never breaks out of a header or a log line.
//!
//! It does not ask whether the domain exists or takes mail; `mailbox` says
//! which mailbox an address reaches, `data` what is known of its domain. Characters of domain labels
//! follow IDNA 2008 closely, not exactly; `idn` says where they differ.
//!
//! One pass over at most 1,024 bytes, no allocation for ASCII.

pub mod data;
mod idn;
pub mod mailbox;
pub mod ribbon;
mod typo;

use alloc::string::String;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest text that is looked at; longer is [`Invalid::TooLong`].
const LIMIT: usize = 1024;
/// Octets of a whole address: RFC 5321 4.5.3.1.3 less the angle brackets.
const ADDRESS_MAX: usize = 254;
/// Octets of the part before the `@`: RFC 5321 4.5.3.1.1.
const LOCAL_MAX: usize = 64;
/// Octets of a domain in ASCII form: RFC 1035 3.1, less length and root bytes.
const DOMAIN_MAX: usize = 253;
/// Octets of a label: RFC 1035 2.3.4.
const LABEL_MAX: usize = 63;
/// Last labels that are never a public mail domain: RFC 6761, 6762, 7686, 3172.
const RESERVED: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// What is accepted beside ordinary addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept {
    /// Only domains with a dot, and none that is reserved for private use.
    /// Off for intranets: `root@localhost`, `ana@printer.local`.
    pub require_top_level_domain: bool,
    /// `user@[192.0.2.1]`, `user@[IPv6:2001:db8::1]`.
    pub allow_domain_literal: bool,
    /// `"john..doe"@example.com`
    pub allow_quoted_local: bool,
}

impl Accept {
    /// Whatever may travel by SMTP.
    pub const ANY: Self = Self {
        require_top_level_domain: false,
        allow_domain_literal: true,
        allow_quoted_local: true,
    };
}

impl Default for Accept {
    fn default() -> Self {
        Self {
            require_top_level_domain: true,
            allow_domain_literal: false,
            allow_quoted_local: false,
        }
    }
}

/// A well-formed address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Email<'a> {
    /// Before the `@`, as written.
    pub local: &'a str,
    /// After the `@`.
    pub domain: Domain<'a>,
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain<'a> {
    /// A name, as written.
    Name(&'a str),
    /// An address in brackets.
    Literal(IpAddr),
}

impl Domain<'_> {
    /// The name as DNS and lists know it: lower case, labels beyond ASCII in
    /// their `xn--` form. `None` for an address in brackets.
    #[must_use]
    pub fn ascii(&self) -> Option<String> {
        let Self::Name(name) = self else {
            return None;
        };
        let mut out = String::new();
        for label in name.split('.') {
            if !out.is_empty() {
                out.push('.');
            }
            idn::push_ascii(label, &mut out);
        }
        Some(out)
    }
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Nothing.
    Empty,
    /// Not UTF-8.
    Encoding,
    /// Over 254 octets.
    TooLong,
    /// A control character, CR and LF among them.
    Control,
    /// White space.
    Space,
    /// A character nobody sees: zero-width, bidirectional, unassigned.
    Invisible,
    /// No `@`.
    NoAt,
    /// Nothing before the `@`.
    LocalEmpty,
    /// Over 64 octets before the `@`.
    LocalTooLong,
    /// A dot first, last or twice before the `@`.
    LocalDot,
    /// A character that may not stand before the `@`.
    LocalCharacter,
    /// Quotation marks before the `@`: not allowed here, or not closed.
    LocalQuoted,
    /// Nothing after the `@`.
    DomainEmpty,
    /// Over 253 octets after the `@`.
    DomainTooLong,
    /// A character that may not stand in a domain.
    DomainCharacter,
    /// A dot first, last or twice after the `@`.
    LabelEmpty,
    /// A part of the domain over 63 octets.
    LabelTooLong,
    /// A hyphen first or last in a part of the domain, or third and fourth
    /// where no `xn` stands before it.
    LabelHyphen,
    /// An `xn--` label that decodes to nothing a label may hold.
    LabelPunycode,
    /// No top-level domain.
    NoTopLevelDomain,
    /// A top-level domain of digits.
    NumericTopLevelDomain,
    /// A domain for private use or for tests.
    ReservedDomain,
    /// An address in brackets: not allowed here.
    LiteralNotAllowed,
    /// Brackets without a valid address in them.
    LiteralInvalid,
}

impl Invalid {
    /// A stable word for reasons and logs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Encoding => "encoding",
            Self::TooLong => "too_long",
            Self::Control => "control_character",
            Self::Space => "white_space",
            Self::Invisible => "invisible_character",
            Self::NoAt => "no_at",
            Self::LocalEmpty => "local_empty",
            Self::LocalTooLong => "local_too_long",
            Self::LocalDot => "local_dot",
            Self::LocalCharacter => "local_character",
            Self::LocalQuoted => "local_quoted",
            Self::DomainEmpty => "domain_empty",
            Self::DomainTooLong => "domain_too_long",
            Self::DomainCharacter => "domain_character",
            Self::LabelEmpty => "label_empty",
            Self::LabelTooLong => "label_too_long",
            Self::LabelHyphen => "label_hyphen",
            Self::LabelPunycode => "label_punycode",
            Self::NoTopLevelDomain => "no_top_level_domain",
            Self::NumericTopLevelDomain => "numeric_top_level_domain",
            Self::ReservedDomain => "reserved_domain",
            Self::LiteralNotAllowed => "literal_not_allowed",
            Self::LiteralInvalid => "literal_invalid",
        }
    }
}

/// Reads one address.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn parse(address: &[u8], accept: Accept) -> Result<Email<'_>, Invalid> {
    if address.is_empty() {
        return Err(Invalid::Empty);
    }
    if address.len() > LIMIT {
        return Err(Invalid::TooLong);
    }
    let address = core::str::from_utf8(address).map_err(|_| Invalid::Encoding)?;
    for c in address.chars() {
        visible(c)?;
    }
    let (local, domain) = split(address)?;
    check_local(local, accept.allow_quoted_local)?;
    let (domain, ascii_len) = check_domain(domain, accept)?;
    let local_len = idn::normal_len(local);
    if local_len > LOCAL_MAX {
        return Err(Invalid::LocalTooLong);
    }
    let longest = local_len.saturating_add(1).saturating_add(ascii_len);
    if longest.max(address.len()) > ADDRESS_MAX {
        return Err(Invalid::TooLong);
    }
    Ok(Email { local, domain })
}

fn visible(c: char) -> Result<(), Invalid> {
    if c.is_control() {
        Err(Invalid::Control)
    } else if c.is_whitespace() {
        Err(Invalid::Space)
    } else if idn::is_invisible(c) {
        Err(Invalid::Invisible)
    } else {
        Ok(())
    }
}

/// At the last `@`; one in quotation marks is not last, because a domain has
/// no quotation marks.
fn split(address: &str) -> Result<(&str, &str), Invalid> {
    let (local, domain) = address.rsplit_once('@').ok_or(Invalid::NoAt)?;
    if local.is_empty() {
        return Err(Invalid::LocalEmpty);
    }
    Ok((local, domain))
}

fn check_local(local: &str, allow_quoted: bool) -> Result<(), Invalid> {
    if let Some(quoted) = local.strip_prefix('"') {
        return if allow_quoted {
            check_quoted(quoted)
        } else {
            Err(Invalid::LocalQuoted)
        };
    }
    if !local.chars().all(|c| c == '.' || is_atext(c)) {
        return Err(Invalid::LocalCharacter);
    }
    if local.split('.').any(str::is_empty) {
        return Err(Invalid::LocalDot);
    }
    Ok(())
}

/// RFC 5322 3.2.3 atext, and RFC 6531 3.3.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii()
}

/// Behind the opening mark of a quoted string: RFC 5321 4.1.2, less white space.
fn check_quoted(text: &str) -> Result<(), Invalid> {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' if chars.as_str().is_empty() => return Ok(()),
            '"' => return Err(Invalid::LocalQuoted),
            '\\' if !chars.next().is_some_and(|c| c.is_ascii()) => {
                return Err(Invalid::LocalQuoted);
            }
            _ => {}
        }
    }
    Err(Invalid::LocalQuoted)
}

/// The domain and its length in ASCII form.
fn check_domain(domain: &str, accept: Accept) -> Result<(Domain<'_>, usize), Invalid> {
    if domain.is_empty() {
        return Err(Invalid::DomainEmpty);
    }
    if let Some(rest) = domain.strip_prefix('[') {
        if !accept.allow_domain_literal {
            return Err(Invalid::LiteralNotAllowed);
        }
        let inside = rest.strip_suffix(']').ok_or(Invalid::LiteralInvalid)?;
        let address = literal(inside).ok_or(Invalid::LiteralInvalid)?;
        return Ok((Domain::Literal(address), domain.len()));
    }
    let mut ascii_len = 0_usize;
    let mut last = "";
    for label in domain.split('.') {
        let length = check_label(label)?;
        let dot = usize::from(ascii_len > 0);
        ascii_len = ascii_len.saturating_add(dot).saturating_add(length);
        if ascii_len > DOMAIN_MAX {
            return Err(Invalid::DomainTooLong);
        }
        last = label;
    }
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Invalid::NumericTopLevelDomain);
    }
    if accept.require_top_level_domain {
        if last.len() == domain.len() {
            return Err(Invalid::NoTopLevelDomain);
        }
        if RESERVED.iter().any(|name| last.eq_ignore_ascii_case(name)) {
            return Err(Invalid::ReservedDomain);
        }
    }
    Ok((Domain::Name(domain), ascii_len))
}

/// RFC 5321 4.1.3.
fn literal(inside: &str) -> Option<IpAddr> {
    match inside.split_at_checked(5) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case("IPv6:") => {
            rest.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        }
        _ => inside.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// The length of the label in ASCII form.
fn check_label(label: &str) -> Result<usize, Invalid> {
    if label.is_empty() {
        return Err(Invalid::LabelEmpty);
    }
    if !label
        .chars()
        .all(|c| c == '-' || c.is_ascii_alphanumeric() || idn::in_label(c))
    {
        return Err(Invalid::DomainCharacter);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(Invalid::LabelHyphen);
    }
    let length = idn::ascii_len(label).ok_or(Invalid::LabelTooLong)?;
    if length > LABEL_MAX {
        return Err(Invalid::LabelTooLong);
    }
    if label.chars().next().is_some_and(idn::is_mark) {
        return Err(Invalid::DomainCharacter);
    }
    if label.bytes().skip(2).take(2).eq(*b"--") {
        let encoded = label
            .get(..2)
            .is_some_and(|xn| xn.eq_ignore_ascii_case("xn"));
        if !encoded {
            return Err(Invalid::LabelHyphen);
        }
        if !label.is_ascii() || !idn::is_a_label(label) {
            return Err(Invalid::LabelPunycode);
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const PLAIN: Accept = Accept {
        require_top_level_domain: true,
        allow_domain_literal: false,
        allow_quoted_local: false,
    };
    const ALL: Accept = Accept {
        require_top_level_domain: false,
        allow_domain_literal: true,
        allow_quoted_local: true,
    };

    fn word(address: &str, accept: Accept) -> &'static str {
        parse(address.as_bytes(), accept).map_or_else(Invalid::word, |_| "ok")
    }

    #[test]
    fn ordinary_addresses() {
        for address in [
            "ana@example.com",
            "a@b.cd",
            "first.last@sub.example.co.uk",
            "user+tag@example.com",
            "o'brien@example.ie",
            "UPPER.Case@EXAMPLE.COM",
            "_______@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "1234567890@example.com",
            "a@1.com",
            "a@1and1.example",
            "a@ex-am-ple.com",
            "a@example.co-op",
            "josé@example.com",
            "用户@例子.公司",
            "θσερ@εχαμπλε.ψομ",
            "user@münchen.de",
            "user@MÜNCHEN.de",
            "अजय@डाटा.भारत",
            "ลูกค้า@ประเทศไทย.ไทย",
            "user@xn--mnchen-3ya.de",
            "user@XN--MNCHEN-3YA.de",
            "a@faß.de",
            "👍@example.com",
        ] {
            assert_eq!(word(address, PLAIN), "ok", "{address}");
            assert_eq!(word(address, ALL), "ok", "{address}");
        }
    }

    #[test]
    fn each_reason() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.com", "b".repeat(64));
        let long_idn = format!("a@ü{}.com", "b".repeat(58));
        let long_domain = format!("a@{}com", dots("b".repeat(50).as_str(), 5));
        let long_address = format!("{}@{}com", "a".repeat(64), dots("b".repeat(62).as_str(), 3));
        for (address, reason) in [
            ("", "empty"),
            ("ana", "no_at"),
            ("@example.com", "local_empty"),
            ("a@", "domain_empty"),
            (".a@example.com", "local_dot"),
            ("a.@example.com", "local_dot"),
            ("a..b@example.com", "local_dot"),
            ("a@b@example.com", "local_character"),
            ("a,b@example.com", "local_character"),
            ("<a@example.com>", "local_character"),
            ("a(c)@example.com", "local_character"),
            ("a\\b@example.com", "local_character"),
            ("a\"b@example.com", "local_character"),
            ("a:b@example.com", "local_character"),
            ("\"ana\"@example.com", "local_quoted"),
            ("a b@example.com", "white_space"),
            (" a@example.com", "white_space"),
            ("a@example.com ", "white_space"),
            ("a\u{a0}b@example.com", "white_space"),
            ("a\u{3000}@example.com", "white_space"),
            ("a@example.com\n", "control_character"),
            ("a@example.com\r\nBcc: x@y.z", "control_character"),
            ("a\t@example.com", "control_character"),
            ("a\0@example.com", "control_character"),
            ("a\u{7f}@example.com", "control_character"),
            ("a\u{85}@example.com", "control_character"),
            ("a\u{200b}@example.com", "invisible_character"),
            ("a\u{200d}b@example.com", "invisible_character"),
            ("\u{202e}a@example.com", "invisible_character"),
            ("a\u{2066}@example.com", "invisible_character"),
            ("a\u{feff}@example.com", "invisible_character"),
            ("a\u{ad}b@example.com", "invisible_character"),
            ("a\u{3164}@example.com", "invisible_character"),
            ("a\u{e0041}@example.com", "invisible_character"),
            ("a\u{fe0f}@example.com", "invisible_character"),
            ("a\u{fdd0}@example.com", "invisible_character"),
            ("a\u{e000}@example.com", "invisible_character"),
            ("a@-example.com", "label_hyphen"),
            ("a@example-.com", "label_hyphen"),
            ("a@example.com-", "label_hyphen"),
            ("a@ab--cd.com", "label_hyphen"),
            ("a@example..com", "label_empty"),
            ("a@.example.com", "label_empty"),
            ("a@example.com.", "label_empty"),
            ("a@exam_ple.com", "domain_character"),
            ("a@exam!ple.com", "domain_character"),
            ("a@example.com:25", "domain_character"),
            ("a@example.com(c)", "domain_character"),
            ("a@пример。рф", "domain_character"),
            ("a@\u{ff4d}ail.com", "domain_character"),
            ("a@\u{37e}.com", "domain_character"),
            ("a@\u{1d41a}b.com", "domain_character"),
            ("a@\u{301}b.com", "domain_character"),
            ("a@x\u{2460}.com", "domain_character"),
            ("a@xn--0.tld", "label_punycode"),
            ("a@xn--99999999.com", "label_punycode"),
            ("a@xn--abc-.com", "label_hyphen"),
            ("a@org", "no_top_level_domain"),
            ("a@example.123", "numeric_top_level_domain"),
            ("a@192.168.0.1", "numeric_top_level_domain"),
            ("a@printer.local", "reserved_domain"),
            ("a@host.LOCALHOST", "reserved_domain"),
            ("a@1.168.192.in-addr.arpa", "reserved_domain"),
            ("a@[127.0.0.1]", "literal_not_allowed"),
            (&long_local, "local_too_long"),
            (&long_label, "label_too_long"),
            (&long_idn, "label_too_long"),
            (&long_domain, "domain_too_long"),
            (&long_address, "too_long"),
        ] {
            assert_eq!(word(address, PLAIN), reason, "{address:?}");
        }
        assert_eq!(parse(b"a\xff@example.com", PLAIN), Err(Invalid::Encoding));
        assert_eq!(parse(&[b'a'; 5000], PLAIN), Err(Invalid::TooLong));
    }

    fn dots(label: &str, times: usize) -> String {
        format!("{label}.").repeat(times)
    }

    #[test]
    fn lengths_at_the_edge() {
        let local = format!("{}@example.com", "a".repeat(64));
        let label = format!("a@{}.com", "b".repeat(63));
        let domain = format!("{}{}", dots("b".repeat(62).as_str(), 3), "c".repeat(60));
        let address = format!("a@{domain}.c");
        assert_eq!(address.len(), 253);
        for address in [local, label, address] {
            assert_eq!(word(&address, PLAIN), "ok", "{address}");
        }
    }

    #[test]
    fn what_options_allow() {
        for address in [
            "root@localhost",
            "a@printer.local",
            "a@[192.0.2.1]",
            "a@[IPv6:2001:db8::1]",
            "a@[ipv6:::ffff:192.0.2.1]",
            "\"john..doe\"@example.com",
            "\"a@b\"@example.com",
            "\"a\\\"b\"@example.com",
        ] {
            assert_eq!(word(address, ALL), "ok", "{address}");
        }
        for (address, reason) in [
            ("a@[192.0.2.256]", "literal_invalid"),
            ("a@[192.0.2]", "literal_invalid"),
            ("a@[2001:db8::1]", "literal_invalid"),
            ("a@[IPv6:2001:db8::1", "literal_invalid"),
            ("a@[IPv6:1::2::3]", "literal_invalid"),
            ("a@[IPv6:192.0.2.1]", "literal_invalid"),
            ("a@[]", "literal_invalid"),
            ("\"a\"b@example.com", "local_quoted"),
            ("\"a@example.com", "local_quoted"),
            ("\"a\\\"@example.com", "local_quoted"),
            ("\"a b\"@example.com", "white_space"),
            ("\"a\r\n\"@example.com", "control_character"),
        ] {
            assert_eq!(word(address, ALL), reason, "{address}");
        }
    }

    #[test]
    fn domains_as_dns_knows_them() {
        for (address, ascii) in [
            ("a@Example.COM", "example.com"),
            ("a@MÜNCHEN.de", "xn--mnchen-3ya.de"),
            ("a@bücher.example", "xn--bcher-kva.example"),
            ("a@例え.jp", "xn--r8jz45g.jp"),
            ("a@пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ] {
            let email = parse(address.as_bytes(), PLAIN);
            assert_eq!(
                email.map(|e| e.domain.ascii()),
                Ok(Some(ascii.into())),
                "{address}"
            );
        }
    }
}
