//! Values where they are and nowhere else, and what looking costs.

use super::*;
use alloc::format;
use alloc::string::String;

fn shown(text: &str) -> String {
    let spans = scan(text.as_bytes(), Wanted::ALL, &[]);
    let parts: Vec<String> = spans
        .iter()
        .map(|span| {
            let Kind::Known(entity) = span.kind else {
                return String::new();
            };
            format!(
                "{}={}",
                entity.name(),
                text.get(span.start..span.end).unwrap_or("?")
            )
        })
        .collect();
    parts.join("|")
}

#[test]
fn finds() {
    for (text, expected) in [
        ("my mail is ana@example.com.", "EMAIL=ana@example.com"),
        ("email:ana@example.com", "EMAIL=ana@example.com"),
        (
            "card 4111 1111 1111 1111, exp 04/29",
            "CREDIT_CARD_NUMBER=4111 1111 1111 1111",
        ),
        (
            "pay 4111111111111111 now",
            "CREDIT_CARD_NUMBER=4111111111111111",
        ),
        ("SSN 219-45-7778", "US_SSN=219-45-7778"),
        (
            "IBAN: DE89 3704 0044 0532 0130 00 please",
            "IBAN=DE89 3704 0044 0532 0130 00",
        ),
        ("gb82west12345698765432", "IBAN=gb82west12345698765432"),
        ("ssh into 136.143.84.73 and", "IP_ADDRESS=136.143.84.73"),
        (
            "from fe80::1ff:fe23:4567:890a it",
            "IP_ADDRESS=fe80::1ff:fe23:4567:890a",
        ),
        ("MAC: 92-34-06-A5-B3-B9", "MAC_ADDRESS=92-34-06-A5-B3-B9"),
        ("call +44 20 7946 0958 now", "PHONE_NUMBER=+44 20 7946 0958"),
        (
            "(509)714-7728x2853 or so",
            "PHONE_NUMBER=(509)714-7728x2853",
        ),
        (
            "Call me on 08-085 173 42 after 5",
            "PHONE_NUMBER=08-085 173 42",
        ),
        (
            "tel: 001-298-644-3438x5289",
            "PHONE_NUMBER=001-298-644-3438x5289",
        ),
        (
            "my number is +49(0)8516 54924 build",
            "PHONE_NUMBER=+49(0)8516 54924",
        ),
        ("NHS number 943 476 5919", "UK_NHS=943 476 5919"),
        ("patient, NHS no. 943 476 5919", "UK_NHS=943 476 5919"),
        ("contact no. 222 127 7102", "PHONE_NUMBER=222 127 7102"),
        ("Телефон: 02 121 628", "PHONE_NUMBER=02 121 628"),
        ("Τηλ. 21 233 1278", "PHONE_NUMBER=21 233 1278"),
        ("Cep telefonum 810 16 55 56", "PHONE_NUMBER=810 16 55 56"),
        ("phone: (06 1) 234 7935", "PHONE_NUMBER=(06 1) 234 7935"),
        (
            "card on file 4006759285083728 was refused",
            "CREDIT_CARD_NUMBER=4006759285083728",
        ),
        (
            "mi tarjeta es 6761-7612-0514",
            "CREDIT_CARD_NUMBER=6761-7612-0514",
        ),
        (
            "Karte 3501348399873976",
            "CREDIT_CARD_NUMBER=3501348399873976",
        ),
        (
            "ping ::ffff:192.168.1.77 again",
            "IP_ADDRESS=::ffff:192.168.1.77",
        ),
        ("my US passport is A13994917", "US_PASSPORT=A13994917"),
        (
            "postgres://app:hunter2@db.example/x",
            "URL_CREDENTIALS=app:hunter2",
        ),
        (
            "wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.",
            "CRYPTO_ADDRESS=1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn leaves_alone() {
    for text in [
        "git@github.com:org/repo-9.git",
        "npm i @scope/pkg@9.2.2",
        "version 19.30.1.81 of the driver",
        "at 2026-01-18 17:01:38 the job died",
        "uuid 2b22df9f-6b9d-5928-fdeb-fb0ce592ccd6 not found",
        "score 145 956 4542 in the last three rounds",
        "Order #6544104254 shipped.",
        "The population grew from 312,368,040 to 156,876,097.",
        "coordinates 9.156109, 13.822941",
        "std::fmt::Debug for ab::cd",
        "file 4006759285083728 was refused",
        "see 6761-7612-0514, please",
        "He said no. 2221277102 others agreed.",
        "ISBN-10: 0-04-919485-2",
    ] {
        assert_eq!(shown(text), "", "{text}");
    }
}

#[test]
fn places_in_units_of_hosts() {
    let text = "\u{1f600}é ana@example.com";
    let spans = scan(text.as_bytes(), Wanted::ALL, &[]);
    for (units, start) in [(Units::CodePoints, 3), (Units::Utf16, 4)] {
        let mut spans = spans.clone();
        convert(text.as_bytes(), &mut spans, units);
        assert_eq!(
            spans.first().map(|span| (span.start, span.end)),
            Some((start, start + 15))
        );
    }
}

#[test]
fn custom_types() {
    let custom = Custom::new("EMPLOYEE", "EMP-#{4,6}")
        .ok()
        .into_iter()
        .collect::<Vec<_>>();
    let text = b"EMP-12345 and XEMP-1234, EMP-123, EMP-1234567";
    let spans = scan(text, Wanted::NONE, &custom);
    let places: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
    assert_eq!(places, [(0, 9)]);
    for (name, pattern) in [
        ("", "#"),
        ("EMAIL", "#"),
        ("A", ""),
        ("A", "a{2}"),
        ("A", "#{9,1}"),
        ("A", "#{65}"),
        ("a", "#"),
    ] {
        assert!(Custom::new(name, pattern).is_err(), "{name} {pattern}");
    }
}
