//! Addresses of mailboxes: one that is accepted breaks out of nothing and is as
//! short as mail systems allow, its mailbox has one spelling, and any bytes are
//! a pack of domains or none.
#![no_main]

use doorward_core::text::email::data::{CLASSES, EmailData, SECTIONS};
use doorward_core::text::email::mailbox::{canonical, is_provider, is_role, registered};
use doorward_core::text::email::ribbon;
use doorward_core::text::email::{Accept, Domain, Email, parse};
use libfuzzer_sys::fuzz_target;

const FORM: Accept = Accept {
    require_top_level_domain: true,
    allow_domain_literal: false,
    allow_quoted_local: false,
};

fuzz_target!(|bytes: &[u8]| {
    let form = parse(bytes, FORM);
    let any = parse(bytes, Accept::ANY);
    // who accepts less accepts nothing else, and reads it as the other does
    if let Ok(form) = form {
        assert_eq!(any, Ok(form));
        assert!(!form.local.starts_with('"'));
        assert!(matches!(form.domain, Domain::Name(name) if name.contains('.')));
    }
    if let Ok(email) = any {
        accepted(bytes, &email);
    }
    // the same bytes as what stands before a known domain
    for domain in [
        "gmail.com",
        "ya.ru",
        "a.fastmail.com",
        "yahoo.co.uk",
        "pm.me",
    ] {
        let address = [bytes, b"@", domain.as_bytes()].concat();
        if let Ok(email) = parse(&address, Accept::ANY) {
            accepted(&address, &email);
        }
    }
    pack(bytes);
});

fn accepted(bytes: &[u8], email: &Email<'_>) {
    assert!(bytes.len() <= 254);
    let text = core::str::from_utf8(bytes).expect("it was accepted");
    let broken = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
    };
    assert!(!text.contains(broken), "{text:?}");
    let written = match email.domain {
        Domain::Name(name) => {
            let ascii = email.domain.ascii().expect("a name");
            assert!(ascii.is_ascii() && ascii.len() <= 253, "{ascii}");
            assert_eq!(Domain::Name(&ascii).ascii().as_ref(), Some(&ascii));
            assert!(ascii.ends_with(registered(&ascii)));
            let _ = is_provider(&ascii);
            name
        }
        Domain::Literal(_) => text.rsplit('@').next().unwrap_or_default(),
    };
    assert_eq!(format!("{}@{written}", email.local), text);
    let _ = is_role(email.local);
    let mailbox = canonical(email);
    assert!(
        !mailbox.starts_with('@') && !mailbox.contains(broken),
        "{mailbox:?}"
    );
    assert!(mailbox.len() <= 4 * text.len() + 64, "{mailbox}");
    if let Ok(again) = parse(mailbox.as_bytes(), Accept::ANY) {
        assert_eq!(canonical(&again), mailbox);
    }
    // letter case is no other mailbox
    let loud = text.to_ascii_uppercase();
    if let Ok(loud) = parse(loud.as_bytes(), Accept::ANY) {
        assert_eq!(canonical(&loud), mailbox);
    }
}

/// The bytes as a pack as they are, and as the lists of one.
fn pack(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes.get(..64).unwrap_or(bytes));
    let ask = |data: &EmailData<'_>, name: &str| {
        let free = data.is_free(name);
        assert!(!(free && data.is_disposable(name)), "{name} is both");
        assert!(data.meant(name).is_none_or(|meant| meant != name));
        assert!(data.generated(name).get() <= 10_000);
        free
    };
    if let Some(data) = EmailData::parse(bytes) {
        ask(&data, &name);
    }
    let mut parts = bytes.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (hosts, words, domain) = (part(), part(), String::from_utf8_lossy(part()));
    let filter = [ribbon::head(16, 0, 1).to_vec(), vec![0; 256]].concat();
    let pairs = vec![0; CLASSES * CLASSES];
    let sections: [&[u8]; SECTIONS] = [
        b"tk ml", b"xyz", hosts, words, &filter, &filter, &filter, &filter, &pairs,
    ];
    let mut whole = Vec::new();
    for section in sections {
        whole.extend(u32::try_from(section.len()).expect("short").to_le_bytes());
    }
    whole.extend(sections.concat());
    let data = EmailData::parse(&whole).expect("a pack");
    ask(&data, &domain);
    // whatever lies below a host of free subdomains is thrown away
    let host = core::str::from_utf8(hosts).unwrap_or_default();
    let plain =
        |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_lowercase() || b == b'.');
    if let Some(host) = host.split(' ').next().filter(|host| plain(host))
        && host.contains('.')
        && host.matches('.').count() < 4
        && !data.is_free(&format!("x.{host}"))
    {
        assert!(data.is_disposable(&format!("x.{host}")), "{host}");
    }
}
