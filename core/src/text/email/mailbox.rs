//! Which mailbox an address reaches, whatever way it is written.
//!
//! `J.Doe+shop@GoogleMail.com` and `jdoe@gmail.com` are one mailbox; who signs
//! up a hundred times writes it a hundred ways. Known here: letter case; what
//! stands behind a `+`, which no mail system that people use files under
//! another person; dots at Google; names under which one provider knows the
//! same mailbox (Google, Apple, Proton, Yandex); `-` at Yahoo and Proton; the
//! addresses below a name at Fastmail. What another domain does with dots is
//! its own affair, so they stay.
//!
//! Two people are never made one by this, save where a domain lets two
//! customers differ by what stands behind a `+`. What is counted by mailbox
//! never denies alone (law 8).
//!
//! Sources: RFC 5233 (subaddresses) and what the providers publish about
//! their addresses.

use super::{Domain, Email};
use alloc::string::String;

/// Providers with so many customers that their domain says nothing about one
/// of them; also what typing errors are errors of.
pub(super) const PROVIDERS: &str = "gmail.com yahoo.com hotmail.com outlook.com icloud.com \
googlemail.com live.com msn.com me.com mac.com aol.com proton.me protonmail.com pm.me tutanota.com \
gmx.de gmx.net web.de t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net sfr.fr \
libero.it virgilio.it mail.ru yandex.ru rambler.ru ukr.net wp.pl o2.pl interia.pl onet.pl seznam.cz \
qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com uol.com.br bol.com.br \
terra.com.br comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net \
rogers.com shaw.ca telus.net sky.com btinternet.com virginmedia.com ntlworld.com bigpond.com \
optusnet.com.au zoho.com fastmail.com hey.com mail.com ymail.com rocketmail.com";

/// Providers that have one domain for each country.
const EVERYWHERE: [&str; 4] = ["yahoo", "hotmail", "outlook", "live"];

/// Whether the domain (lower case) is one that very many people share.
#[must_use]
pub fn is_provider(domain: &str) -> bool {
    let everywhere = || {
        let (name, ending) = domain.split_once('.')?;
        (EVERYWHERE.contains(&name) && registry(ending)).then_some(())
    };
    PROVIDERS.split(' ').any(|name| name == domain) || everywhere().is_some()
}

/// What countries sell domains under: `de`, `co.uk`, `com.br`.
fn registry(ending: &str) -> bool {
    let country = |name: &str| name.len() == 2;
    match ending.split_once('.') {
        None => country(ending) || ending == "com",
        Some((second, last)) => second.len() <= 3 && country(last),
    }
}

/// The part of a domain (lower case) that somebody registered: the last two
/// names, or three where the last two are a country's `co.uk`. No list of
/// public suffixes is consulted.
#[must_use]
pub fn registered(domain: &str) -> &str {
    let mut dots = domain.rmatch_indices('.').map(|(at, _)| at).skip(1);
    let Some(second) = dots.next() else {
        return domain;
    };
    let below = |at: usize| domain.get(at.saturating_add(1)..).unwrap_or(domain);
    let suffix = below(second);
    if !suffix.split_once('.').is_some_and(|_| registry(suffix)) {
        return suffix;
    }
    dots.next().map_or(domain, below)
}

/// The address in the one way of writing that stands for its mailbox.
#[must_use]
pub fn canonical(email: &Email<'_>) -> String {
    let domain = match email.domain {
        Domain::Name(_) => email.domain.ascii().unwrap_or_default(),
        Domain::Literal(ip) => alloc::format!("[{ip}]"),
    };
    let mut local: String = email.local.chars().flat_map(char::to_lowercase).collect();
    cut(&mut local, '+');
    let mut domain = domain.as_str();
    match domain {
        "gmail.com" | "googlemail.com" => {
            domain = "gmail.com";
            drop_marks(&mut local, &['.']);
        }
        "icloud.com" | "me.com" | "mac.com" => domain = "icloud.com",
        "proton.me" | "protonmail.com" | "protonmail.ch" | "pm.me" => {
            domain = "proton.me";
            drop_marks(&mut local, &['.', '-', '_']);
        }
        _ => match domain.split_once('.') {
            Some(("yandex", "ru" | "com" | "by" | "kz" | "ua" | "com.tr") | ("ya", "ru")) => {
                domain = "yandex.ru";
                local = local.replace('.', "-");
            }
            Some(("yahoo", ending)) if registry(ending) => cut(&mut local, '-'),
            Some((name, at @ ("fastmail.com" | "fastmail.fm"))) if !name.contains('.') => {
                local = name.into();
                domain = at;
            }
            _ => {}
        },
    }
    local.push('@');
    local.push_str(domain);
    local
}

/// Drops the marks, unless nothing else is there.
fn drop_marks(local: &mut String, marks: &[char]) {
    if local.chars().any(|c| !marks.contains(&c)) {
        local.retain(|c| !marks.contains(&c));
    }
}

/// Drops the mark and what is behind it, unless nothing stands before it.
fn cut(local: &mut String, mark: char) {
    if let Some(at) = local.find(mark).filter(|at| *at > 0)
        && !local.starts_with('"')
    {
        local.truncate(at);
    }
}

/// Accounts that belong to a task and not to a person: RFC 2142 and what is
/// usual beside it.
const ROLES: &str = " abuse accounting accounts admin administrator billing careers compliance contact \
devnull dns enquiries feedback finance ftp hello help helpdesk hostmaster hr info inoc ispfeedback \
ispsupport jobs legal list list-request mail mailer-daemon marketing media moderator news newsletter \
no-reply noc noreply office orders owner postmaster press privacy recruitment remove root sales \
security service spam staff subscribe support sysadmin team tech undisclosed-recipients unsubscribe \
usenet uucp webmaster www ";

/// Whether the part before the `@` names a task.
#[must_use]
pub fn is_role(local: &str) -> bool {
    let base = local.split('+').next().unwrap_or_default();
    !base.is_empty()
        && base.len() <= 24
        && !base.contains(' ')
        && ROLES.contains(&alloc::format!(" {} ", base.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::super::{Accept, parse};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_canonical_stays(
            local in "[a-zA-Z0-9.+_\"é-]{1,12}|.{0,20}",
            domain in prop::sample::select(alloc::vec![
                "gmail.com", "yahoo.co.uk", "pm.me", "ya.ru", "x.fastmail.com", "Example.com", "[192.0.2.1]", "münchen.de",
            ]),
        ) {
            let address = alloc::format!("{local}@{domain}");
            if let Ok(email) = parse(address.as_bytes(), Accept::ANY) {
                prop_assert!(!address.chars().any(char::is_control));
                let mailbox = canonical(&email);
                prop_assert!(!mailbox.starts_with('@'), "{mailbox}");
                if let Ok(again) = parse(mailbox.as_bytes(), Accept::ANY) {
                    prop_assert_eq!(canonical(&again), mailbox);
                }
            }
        }
    }

    #[test]
    fn one_mailbox_many_ways() {
        for (written, mailbox) in [
            ("J.Doe+shop@GoogleMail.com", "jdoe@gmail.com"),
            ("j.doe@example.com", "j.doe@example.com"),
            ("ana+x+y@shop.example.com", "ana@shop.example.com"),
            ("+ana@example.com", "+ana@example.com"),
            ("Ana@me.com", "ana@icloud.com"),
            ("a_n-a.b@pm.me", "anab@proton.me"),
            ("ivan.petrov@ya.ru", "ivan-petrov@yandex.ru"),
            ("ivan.petrov@yandex.com", "ivan-petrov@yandex.ru"),
            ("base-shop@yahoo.co.uk", "base@yahoo.co.uk"),
            ("a-b@yahoo.example.com", "a-b@yahoo.example.com"),
            ("shop@ana.fastmail.com", "ana@fastmail.com"),
            ("JOSÉ@MÜNCHEN.de", "josé@xn--mnchen-3ya.de"),
        ] {
            let email = parse(written.as_bytes(), Accept::default());
            assert_eq!(
                email.map(|email| canonical(&email)),
                Ok(mailbox.into()),
                "{written}"
            );
        }
    }

    #[test]
    fn what_somebody_registered() {
        for (domain, registered_name) in [
            ("example.com", "example.com"),
            ("a.b.example.com", "example.com"),
            ("mail.shop.co.uk", "shop.co.uk"),
            ("shop.co.uk", "shop.co.uk"),
            ("co.uk", "co.uk"),
            ("a.example.de", "example.de"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(registered(domain), registered_name, "{domain}");
        }
    }

    #[test]
    fn providers_and_roles() {
        for domain in ["gmail.com", "yahoo.co.uk", "hotmail.fr", "live.com"] {
            assert!(is_provider(domain), "{domain}");
        }
        for domain in ["example.com", "live.example.com", "yahoo.shop", "com", ""] {
            assert!(!is_provider(domain), "{domain}");
        }
        for local in ["info", "No-Reply", "abuse+x"] {
            assert!(is_role(local), "{local}");
        }
        for local in ["ana", "infos", "", "+", "list list-request", "information"] {
            assert!(!is_role(local), "{local}");
        }
    }
}
