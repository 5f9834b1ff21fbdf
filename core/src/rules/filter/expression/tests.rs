#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests may fail loudly"
)]

use super::Tri::{False, True, Unknown};
use super::*;
use crate::field::FieldValue;
use crate::units::Number;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use core::cell::Cell;
use proptest::prelude::*;

/// Facts by name, and how often they were read.
#[derive(Default)]
struct Facts {
    facts: Vec<(Field, FieldValue<'static>)>,
    reads: Cell<usize>,
}

impl Facts {
    fn with(mut self, name: &str, value: FieldValue<'static>) -> Self {
        self.facts
            .push((Field::characteristic(name).unwrap(), value));
        self
    }

    fn text(self, name: &str, text: &'static str) -> Self {
        self.with(name, FieldValue::Text(Cow::Borrowed(text.as_bytes())))
    }

    fn number(self, name: &str, n: &str) -> Self {
        self.with(
            name,
            FieldValue::Number(Number::parse(n.as_bytes()).unwrap()),
        )
    }

    fn ip(self, text: &str) -> Self {
        self.with("ip.src", FieldValue::Ip(text.parse().unwrap()))
    }
}

impl Fields for Facts {
    fn field(&self, field: &Field) -> FieldValue<'_> {
        self.reads.set(self.reads.get() + 1);
        let known = self.facts.iter().find(|(name, _)| name == field);
        known.map_or(FieldValue::Missing, |(_, value)| value.clone())
    }
}

/// A request with most things, and without `x-none` and `context["none"]`.
fn usual() -> Facts {
    Facts::default()
        .ip("10.1.2.3")
        .text("http.host", "shop.example.com")
        .text("http.request.method", "POST")
        .text("http.request.uri.path", "/Admin/users.php")
        .text("http.request.headers[\"user-agent\"]", "curl/8.4.0")
        .text("http.request.cookie[\"sid\"]", "")
        .text("http.request.uri.args[\"q\"]", "caf\u{e9} \\ \"x\"")
        .text("plan", "free")
        .number("orders", "12")
        .number("ratio", "0.5")
        .with("vip", FieldValue::Bool(true))
        .with("banned", FieldValue::Bool(false))
}

fn eval(source: &str, facts: &Facts) -> Tri {
    match Expression::parse(source) {
        Ok(expression) => expression.eval(facts),
        Err(error) => {
            assert_eq!(format!("{error}"), "", "{source}");
            Unknown
        }
    }
}

#[test]
fn every_operator() {
    let cases = [
        (r#"http.request.method eq "POST""#, True),
        (r#"http.request.method == "post""#, False),
        (r#"http.request.method ne "GET""#, True),
        (r#"http.request.method!="POST""#, False),
        (r#"http.host lt "t""#, True),
        (r#"http.host < "shop""#, False),
        (r#"http.host le "shop.example.com""#, True),
        (r#"http.host <= "a""#, False),
        (r#"http.host gt "shop""#, True),
        (r#"http.host > "shop.example.com""#, False),
        (r#"http.host ge "shop.example.com""#, True),
        (r#"http.host >= "z""#, False),
        (r#"http.host contains "example""#, True),
        (r#"http.host contains "Example""#, False),
        (r#"http.host contains """#, True),
        (r#"http.request.uri.path matches "^/Admin/.*\.php$""#, True),
        (r#"http.request.uri.path matches "^/Admin/.*\\.php$""#, True),
        (r#"http.request.uri.path ~ r"^/admin""#, False),
        (r##"http.request.uri.path ~ r#"(?i)^/admin"#"##, True),
        (r#"http.request.uri.path wildcard "/admin/*""#, True),
        (r#"http.request.uri.path wildcard "/ADMIN/*.php""#, True),
        (r#"http.request.uri.path wildcard "admin*""#, False),
        (r#"http.request.uri.path strict wildcard "/Admin/*""#, True),
        (r#"http.request.uri.path strict wildcard "/admin/*""#, False),
        (r#"http.request.method in {"GET" "POST"}"#, True),
        (r#"http.request.method in { "GET" }"#, False),
        (
            r#"http.request.headers["User-Agent"] contains "curl""#,
            True,
        ),
        (r#"http.request.cookie["sid"] eq """#, True),
        (
            r#"http.request.uri.args["q"] eq "caf\xc3\xa9 \\ \"x\"""#,
            True,
        ),
        ("http.request.uri.args[\"q\"] eq r#\"café \\ \"x\"\"#", True),
        ("len(http.request.method) eq 4", True),
        ("len(http.request.uri.args[\"q\"]) eq 11", True),
        (
            r#"lower(http.request.uri.path) eq "/admin/users.php""#,
            True,
        ),
        (r#"upper(http.request.uri.path) contains "ADMIN""#, True),
        (r#"upper(lower(http.request.method)) eq "POST""#, True),
        (r#"lower( upper( http.request.method ) ) in {"post"}"#, True),
        ("len(lower(http.request.method)) in {1..3 5..9}", False),
        ("len(http.request.method) in {1..3 4 9}", True),
        (r#"context["plan"] eq "free""#, True),
        (r#"context["orders"] gt 11.5"#, True),
        (r#"context["orders"] in {10..20}"#, True),
        (r#"context["orders"] in {-5..-1 12.5}"#, False),
        (r#"context["ratio"] le 0.5"#, True),
        (r#"context["ratio"] lt 0.5"#, False),
        (r#"context["vip"]"#, True),
        (r#"context["banned"]"#, False),
        (r#"context["vip"] eq true"#, True),
        (r#"context["vip"] ne true"#, False),
        (r#"not context["banned"]"#, True),
        (r#"(context["vip"])"#, True),
    ];
    for (source, expected) in cases {
        assert_eq!(eval(source, &usual()), expected, "{source}");
    }
}

#[test]
fn addresses() {
    let cases = [
        ("10.1.2.3", "ip.src eq 10.1.2.3", True),
        ("10.1.2.3", "ip.src ne 10.1.2.3", False),
        ("10.1.2.3", "ip.src eq 10.0.0.0/8", True),
        ("10.1.2.3", "ip.src ne 10.0.0.0/8", False),
        ("10.1.2.3", "ip.src in {192.0.2.1 10.1.0.0/16}", True),
        (
            "10.1.2.3",
            "ip.src in {10.1.2.0..10.1.2.2 10.1.2.4/30}",
            False,
        ),
        (
            "10.1.2.3",
            "ip.src in {10.1.2.0/24 10.1.2.128/25 10.1.2.3}",
            True,
        ),
        ("10.1.2.255", "ip.src in {10.1.2.0/24 10.1.2.1}", True),
        ("10.1.2.3", "ip.src in {0.0.0.0/0}", True),
        ("10.1.2.3", "ip.src in {::/0}", False),
        ("10.1.2.3", "ip.src lt 10.1.2.4", True),
        ("10.1.2.3", "ip.src in {::ffff:10.0.0.0/104}", True),
        ("::ffff:10.1.2.3", "ip.src in {10.0.0.0/8}", True),
        ("::ffff:10.1.2.3", "ip.src eq ::ffff:10.1.2.3", True),
        ("2001:db8::1", "ip.src in {2001:db8::/32}", True),
        ("2001:db8::1", "ip.src in {::/0}", True),
        (
            "2001:db8::1",
            "ip.src in {2001:db9::/32 0.0.0.0/0 ::1}",
            False,
        ),
        (
            "2001:db8::1",
            "ip.src in {2001:db8:: .. 2001:db8::2}",
            False,
        ),
        ("2001:db8::1", "ip.src in {2001:db8::..2001:db8::2}", True),
        ("fe80::1", "ip.src in {fe80::/10}", True),
    ];
    for (address, source, expected) in cases {
        if source.contains(" .. ") {
            assert!(Expression::parse(source).is_err());
            continue;
        }
        assert_eq!(
            eval(source, &Facts::default().ip(address)),
            expected,
            "{address} {source}"
        );
    }
    let fact = Facts::default().with("home", FieldValue::Ip("10.0.0.1".parse().unwrap()));
    assert_eq!(eval(r#"context["home"] in {10.0.0.0/24}"#, &fact), True);
    assert_eq!(eval(r#"context["home"] eq 10.0.0.2"#, &fact), False);
}

#[test]
fn wildcards_take_the_whole_text() {
    let cases = [
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*", "xxabxx", True),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("a*b*c*d", "a-c-b-c-d", True),
        ("a*b*c*d", "a-c-b-d", False),
        ("*aab*", "aaaab", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        (r"a\\*", r"a\b", True),
    ];
    for (pattern, text, expected) in cases {
        let facts = Facts::default().text("http.host", text);
        assert_eq!(
            eval(&format!("http.host strict wildcard r\"{pattern}\""), &facts),
            expected,
            "{pattern} {text}"
        );
        assert_eq!(
            eval(
                &format!("http.host wildcard r\"{}\"", pattern.to_uppercase()),
                &facts
            ),
            expected
        );
    }
    assert_eq!(
        eval(
            r#"http.host wildcard "\*\\*""#,
            &Facts::default().text("http.host", "**")
        ),
        True
    );
}

/// `T`, `F` and `U` as expressions.
fn named(value: &str) -> &'static str {
    match value {
        "T" => r#"context["vip"]"#,
        "F" => r#"context["banned"]"#,
        _ => r#"context["none"]"#,
    }
}

#[test]
fn logic_has_three_values() {
    let cases = [
        (
            "and",
            [
                True, False, Unknown, False, False, False, Unknown, False, Unknown,
            ],
        ),
        (
            "or",
            [
                True, True, True, True, False, Unknown, True, Unknown, Unknown,
            ],
        ),
        (
            "xor",
            [
                False, True, Unknown, True, False, Unknown, Unknown, Unknown, Unknown,
            ],
        ),
    ];
    for (operator, expected) in cases {
        let mut expected = expected.iter();
        for left in ["T", "F", "U"] {
            for right in ["T", "F", "U"] {
                let source = format!("{} {operator} {}", named(left), named(right));
                assert_eq!(
                    Some(&eval(&source, &usual())),
                    expected.next(),
                    "{left} {operator} {right}"
                );
            }
        }
    }
    let not = ["T", "F", "U"].map(|value| eval(&format!("not {}", named(value)), &usual()));
    assert_eq!(not, [False, True, Unknown]);
}

#[test]
fn what_is_missing_or_of_another_type_is_unknown() {
    for source in [
        r#"http.request.headers["x-none"] eq "a""#,
        r#"not http.request.headers["x-none"] eq "a""#,
        r#"http.request.headers["x-none"] ne "a""#,
        r#"http.request.headers["x-none"] in {"a"}"#,
        r#"http.request.headers["x-none"] contains "a""#,
        r#"http.request.headers["x-none"] matches "a""#,
        r#"http.request.headers["x-none"] wildcard "*""#,
        r#"len(http.request.headers["x-none"]) eq 0"#,
        r#"lower(http.request.headers["x-none"]) eq "a""#,
        r#"context["none"]"#,
        r#"context["plan"]"#,
        r#"context["plan"] eq 5"#,
        r#"context["plan"] eq true"#,
        r#"context["plan"] eq 10.0.0.1"#,
        r#"context["plan"] ne 10.0.0.0/8"#,
        r#"context["orders"] eq "12""#,
        r#"context["orders"] contains "1""#,
        r#"context["orders"] in {"12"}"#,
        r#"context["plan"] in {1..5}"#,
        r#"len(context["orders"]) eq 2"#,
        r#"lower(context["vip"]) eq "true""#,
    ] {
        assert_eq!(eval(source, &usual()), Unknown, "{source}");
    }
    assert_eq!(eval("ip.src in {10.0.0.0/8}", &Facts::default()), Unknown);
}

#[test]
fn not_binds_before_and_before_xor_before_or() {
    for (flat, grouped) in [
        ("not T and F", "(not T) and F"),
        ("!F or T", "(!F) or T"),
        ("T or F and F", "T or (F and F)"),
        ("T || T && F", "T || (T && F)"),
        ("T or T xor T", "T or (T xor T)"),
        ("F and T xor T", "(F and T) xor T"),
        ("T ^^ F && F", "T ^^ (F && F)"),
        ("T xor T xor T", "(T xor T) xor T"),
        ("F and F or T", "(F and F) or T"),
        ("not not T", "not (not T)"),
        ("not F and not F", "(not F) and (not F)"),
        ("U and F or T", "(U and F) or T"),
    ] {
        let spell = |text: &str| {
            let spelled = text.chars().map(|c| match c {
                'T' => named("T").to_string(),
                'F' => named("F").to_string(),
                'U' => named("U").to_string(),
                c => c.to_string(),
            });
            spelled.collect::<String>()
        };
        assert_eq!(
            eval(&spell(flat), &usual()),
            eval(&spell(grouped), &usual()),
            "{flat}"
        );
    }
    // the groupings above are told apart: the other reading differs
    assert_eq!(
        eval(
            r#"(context["vip"] or context["banned"]) and context["banned"]"#,
            &usual()
        ),
        False
    );
    assert_eq!(
        eval(
            r#"context["vip"] or context["banned"] and context["banned"]"#,
            &usual()
        ),
        True
    );
    assert_eq!(
        eval(
            r#"(context["vip"] or context["vip"]) xor context["vip"]"#,
            &usual()
        ),
        False
    );
    assert_eq!(
        eval(
            r#"context["vip"] or context["vip"] xor context["vip"]"#,
            &usual()
        ),
        True
    );
}

#[test]
fn fields_are_listed_and_read_once() {
    let source = r#" http.host eq "a" or lower(http.host) eq "b" or ip.src eq ::1 or http.host contains "c" "#;
    let expression = Expression::parse(source).unwrap();
    assert_eq!(
        expression.fields().collect::<Vec<_>>(),
        [&Field::Host, &Field::IpSrc]
    );
    let facts = usual();
    assert_eq!(expression.eval(&facts), True);
    assert_eq!(facts.reads.get(), 2);
    assert_eq!(format!("{expression}"), source.trim());
    let many: Vec<String> = (0..20)
        .map(|i| format!("context[\"f{i}\"] eq {i}"))
        .collect();
    let mut facts = Facts::default();
    for i in 0..20 {
        facts = facts.number(&format!("f{i}"), &format!("{i}"));
    }
    assert_eq!(eval(&many.join(" and "), &facts), True);
}

#[test]
fn white_space_and_lines_do_not_matter() {
    let source = "(\n\thttp.host\r\neq \"a\"\n)or not(ip.src in{::1})&&len( http.host )>3";
    assert_eq!(eval(source, &usual()), True);
}

/// What the error says, as it is shown.
fn error(source: &str) -> String {
    Expression::parse(source)
        .map(|_| ())
        .unwrap_err()
        .to_string()
}

#[test]
fn errors_point_at_their_place() {
    let cases = include_str!("errors.txt");
    let mut count = 0;
    for case in cases.split("\n\n").filter(|case| !case.trim().is_empty()) {
        let source = case.lines().nth(1).unwrap().strip_prefix("  ").unwrap();
        assert_eq!(error(source), case.trim_end_matches('\n'));
        count += 1;
    }
    assert_eq!(count, 66);
}

#[test]
fn errors_show_one_line_and_little_of_it() {
    assert_eq!(
        error(""),
        "expected a field such as http.host, found the end\n  \n  ^"
    );
    assert_eq!(
        error("http.host eq \"é\"\nand\t\u{202e}x"),
        "line 2: expected a field such as http.host, found \\u{202e}\n  and \u{fffd}x\n      ^"
    );
    let long = format!("http.host eq \"{0}\" or {0} eq 1", "é".repeat(100));
    let around = |n| "é".repeat(n);
    assert_eq!(
        error(&long),
        format!(
            "expected a field such as http.host, found é\n  …{}\" or {}…\n   {}^",
            around(55),
            around(60),
            " ".repeat(60)
        )
    );
    let place = Expression::parse(&long).map(|_| ()).unwrap_err();
    assert_eq!(
        (place.offset, place.message.as_str()),
        (219, "expected a field such as http.host, found é")
    );
}

#[test]
fn size_is_bounded() {
    let nested = |n: usize| format!("{}http.host eq \"a\"{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(eval(&nested(64), &usual()), False);
    assert!(error(&nested(65)).starts_with("an expression nests at most 64 deep\n"));
    assert_eq!(
        eval(&format!("{}http.host eq \"a\"", "!".repeat(63)), &usual()),
        True
    );
    assert!(error(&"!(".repeat(4000)).starts_with("an expression nests at most 64 deep\n"));
    assert!(error(&"len(".repeat(2000)).starts_with("an expression nests at most 64 deep\n"));
    assert!(
        error(&" ".repeat(MAX_SOURCE + 1))
            .starts_with("an expression is at most 8192 bytes long, this one is 8193\n")
    );

    let pattern = "http.host ~ \"a\"";
    assert_eq!(eval(&vec![pattern; 64].join(" and "), &usual()), True);
    assert!(
        error(&vec![pattern; 65].join(" and "))
            .starts_with("an expression has at most 64 regular expressions; join them with |\n")
    );

    // a chain is as long as the source and no deeper
    let chain = vec![r#"context["vip"]"#; 400].join(" xor ");
    assert_eq!(eval(&chain, &usual()), False);
    let numbers: Vec<String> = (0..1500).rev().map(|n| format!("{n}")).collect();
    assert_eq!(
        eval(
            &format!("context[\"orders\"] in {{{}}}", numbers.join(" ")),
            &usual()
        ),
        True
    );
}

#[test]
fn one_pass_whatever_the_text() {
    let mut text = vec![b'a'; 64 * 1024];
    text.push(b'!');
    let facts = Facts::default().with("http.host", FieldValue::Text(Cow::Owned(text)));
    let needle = format!("{}b", "a".repeat(4000));
    assert_eq!(
        eval(&format!("http.host contains \"{needle}\""), &facts),
        False
    );
    let stars = "*aaab".repeat(800);
    assert_eq!(
        eval(&format!("http.host wildcard \"{stars}\""), &facts),
        False
    );
    assert_eq!(eval(r#"http.host matches "(a+)+$""#, &facts), False);
}

#[test]
fn needles_are_found_where_a_search_finds_them() {
    for (text, needle) in [
        ("aabaabaaa", "aabaaa"),
        ("abababc", "ababc"),
        ("aaaaab", "aab"),
        ("xyz", "yz"),
    ] {
        let found = search::Needle::new(needle.as_bytes(), false).end_in(text.as_bytes());
        assert_eq!(
            found,
            text.find(needle).map(|at| at + needle.len()),
            "{needle} in {text}"
        );
    }
}

/// Words of the language in any order: parses more often than any text does.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "http.host",
        "ip.src",
        "context[\"x\"]",
        "http.request.headers[\"x\"]",
        "len(",
        "lower(",
        "(",
        ")",
        "not",
        "!",
        "and",
        "or",
        "xor",
        "&&",
        "eq",
        "ne",
        "lt",
        ">=",
        "contains",
        "matches",
        "~",
        "wildcard",
        "strict wildcard",
        "in",
        "{",
        "}",
        "\"a\"",
        "\"a*\"",
        "r\"[a-z]+\"",
        "\"(\"",
        "5",
        "1..9",
        "-1.5",
        "true",
        "10.0.0.0/8",
        "::1",
        "é",
        "\"\\",
    ]);
    prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

/// An expression that parses.
fn valid() -> impl Strategy<Value = String> {
    let test = prop::sample::select(vec![
        "http.host eq \"a\"",
        "http.host ge \"m\"",
        "http.host contains \"ab\"",
        "http.host matches \"(a|b)+c$\"",
        "http.host ~ \"a.{30}b\"",
        "http.host wildcard \"*a*b*\"",
        "http.host in {\"a\" \"b\"}",
        "len(http.host) gt 3",
        "lower(http.host) eq \"a\"",
        "ip.src in {10.0.0.0/8 ::/3}",
        "context[\"x\"]",
        "context[\"x\"] in {1..5}",
    ]);
    test.prop_map(String::from)
        .prop_recursive(6, 40, 4, |inner| {
            let operator = prop::sample::select(vec![" and ", " or ", " xor "]);
            prop_oneof![
                (prop::collection::vec(inner.clone(), 1..4), operator)
                    .prop_map(|(parts, operator)| format!("({})", parts.join(operator))),
                inner.prop_map(|part| format!("not {part}")),
            ]
        })
}

fn value() -> impl Strategy<Value = FieldValue<'static>> {
    prop_oneof![
        Just(FieldValue::Missing),
        any::<Vec<u8>>().prop_map(|bytes| FieldValue::Text(Cow::Owned(bytes))),
        "[abc]{0,50}".prop_map(|text| FieldValue::Text(Cow::Owned(text.into_bytes()))),
        any::<i64>().prop_map(|n| FieldValue::Number(Number::whole(n))),
        any::<bool>().prop_map(FieldValue::Bool),
        any::<core::net::IpAddr>().prop_map(FieldValue::Ip),
    ]
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error(source in prop_oneof![".{0,200}", words()], host in value(), x in value()) {
        let facts = Facts::default().with("http.host", host).with("x", x);
        match Expression::parse(&source) {
            Ok(expression) => {
                let again = Expression::parse(&format!("{expression}")).unwrap();
                prop_assert_eq!(expression.eval(&facts), again.eval(&facts));
            }
            Err(error) => {
                prop_assert!(source.is_char_boundary(error.offset));
                prop_assert_eq!(format!("{error}").lines().count(), 3);
            }
        }
    }

    #[test]
    fn any_expression_judges_anything(source in valid(), host in value(), ip in value(), x in value()) {
        let facts = Facts::default().with("http.host", host).with("ip.src", ip).with("x", x);
        let (one, denied) = (eval(&source, &facts), eval(&format!("not ({source})"), &facts));
        prop_assert_eq!((one, denied), match one {
            True => (True, False),
            False => (False, True),
            Unknown => (Unknown, Unknown),
        });
    }
}
