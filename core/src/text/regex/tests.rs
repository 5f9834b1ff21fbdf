#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests may fail loudly"
)]

use super::nfa::Side;
use super::*;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

/// The pattern's two searches, whichever `Regex` would choose.
fn both(pattern: &str) -> (Nfa, Option<Table>) {
    let nfa = Nfa::new(&parse::parse(pattern).unwrap()).unwrap();
    let table = Table::new(&nfa);
    (nfa, table)
}

fn found(pattern: &str, text: &[u8]) -> bool {
    let (nfa, table) = both(pattern);
    let answer = nfa.is_match(text);
    assert_eq!(
        table.map(|table| table.is_match(text)),
        Some(answer),
        "table and automaton differ: {pattern:?} in {text:?}"
    );
    answer
}

#[test]
fn what_patterns_match() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("", &["", "a"], &[]),
        ("abc", &["abc", "xxabcxx", "ababc"], &["", "ab", "aBc"]),
        ("^abc", &["abcd"], &["xabc", "\nabc"]),
        ("abc$", &["xabc"], &["abcx", "abc\n"]),
        ("^$", &[""], &["\n", "a"]),
        (r"\Aa\z", &["a"], &["aa", "a\n"]),
        ("(?m)^b$", &["a\nb\nc", "b"], &["ab", "a\nbc"]),
        ("a.c", &["abc"], &["a\nc", "ac", "aéc"]),
        ("(?s)a.c", &["a\nc"], &["ac"]),
        ("a|bc|", &["", "x"], &[]),
        ("^(a|bc)$", &["a", "bc"], &["ab", "b", ""]),
        ("^a*$", &["", "aaa"], &["ab"]),
        ("^a+?$", &["a", "aaa"], &[""]),
        ("^ab?c$", &["ac", "abc"], &["abbc"]),
        ("^a{2}$", &["aa"], &["a", "aaa"]),
        ("^a{2,}$", &["aa", "aaaaa"], &["a"]),
        ("^a{1,3}$", &["a", "aaa"], &["", "aaaa"]),
        ("^a{0}$", &[""], &["a"]),
        ("^(ab){2,3}c$", &["ababc", "abababc"], &["abc", "ababababc"]),
        ("^(a*)*$", &["", "aaa"], &["b"]),
        ("^((a|b)*c)+$", &["c", "abcbac"], &["ab"]),
        ("[a-c_]", &["b", "_"], &["d", ""]),
        ("[^a-c]", &["d", "\n"], &["abc", ""]),
        ("[]a]", &["]", "a"], &["b"]),
        ("[^]a]", &["b"], &["]a"]),
        ("[a-]", &["-"], &["b"]),
        (r"[\]\-\\]", &["]", "-", "\\"], &["a"]),
        (r"[\d.]+x", &["1.2x"], &["x"]),
        ("^[[:alpha:]_]+$", &["aZ_"], &["a1"]),
        ("^[[:^digit:]]$", &["a"], &["1"]),
        (r"^\d\D\w\W\s\S$", &["1a_- x"], &["aa_- x"]),
        (
            r"\bcat\b",
            &["cat", "a cat.", "cat-nip"],
            &["concat", "cats", "_cat"],
        ),
        (r"\Bcat\B", &["concats"], &["cat", "concat"]),
        (r"a\.b\*\/", &["a.b*/"], &["axb*/"]),
        (r"\x41\n\t", &["A\n\t"], &["a\n\t"]),
        (r"\x{e9}|\u{1F600}", &["\u{e9}", "\u{1f600}"], &["e"]),
        ("^é+$", &["é", "éé"], &["e", ""]),
        ("(?i)select", &["SELECT", "SeLeCt"], &["selec"]),
        ("(?i)[a-c]Z", &["Bz"], &["dz"]),
        ("a(?i)b|c", &["aB", "C"], &["Ab"]),
        ("a(?i:b)c", &["aBc"], &["aBC"]),
        ("(?i)a(?-i)b", &["Ab"], &["aB"]),
        (
            "(?<year>[0-9]{4})-(?P<m>[0-9]{2})",
            &["on 2024-05"],
            &["24-05"],
        ),
        ("(?i)^(?:get|post)$", &["Post"], &["put"]),
        ("a}", &["a}"], &["a"]),
    ];
    for (pattern, yes, no) in cases {
        for text in *yes {
            assert!(
                found(pattern, text.as_bytes()),
                "{pattern:?} must be in {text:?}"
            );
        }
        for text in *no {
            assert!(
                !found(pattern, text.as_bytes()),
                "{pattern:?} must not be in {text:?}"
            );
        }
    }
}

#[test]
fn text_is_bytes() {
    assert!(found(r"^\xff.\x00$", b"\xff\xfe\x00"));
    assert!(found(r"[^\x00-\x7f]", "é".as_bytes()));
    assert!(found("^..$", "é".as_bytes()));
    assert!(!found(r"\w", "é".as_bytes()));
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn what_patterns_may_not_be() {
    let cases = [
        (
            "a(b",
            "1 this group is not closed; for the character write \\(",
        ),
        (
            "ab)",
            "2 this ) closes no group; for the character write \\)",
        ),
        (
            "*a",
            "0 nothing before * to repeat; for the character write \\*",
        ),
        (
            "a|+",
            "2 nothing before + to repeat; for the character write \\+",
        ),
        (
            "({2})",
            "1 nothing before { to repeat; for the character write \\{",
        ),
        ("a**", "2 a repeat of a repeat needs a group: (…)"),
        ("a{2}{3}", "4 a repeat of a repeat needs a group: (…)"),
        (
            "a{",
            "2 expected a count such as {2,5}; for the character write \\{",
        ),
        (
            "a{,5}",
            "2 expected a count such as {2,5}; for the character write \\{",
        ),
        ("a{2,5", "5 expected } after the count"),
        ("a{5,2}", "1 the counts are the wrong way round"),
        ("a{1001}", "2 a count is at most 1000"),
        ("a{99999999999}", "2 a count is at most 1000"),
        ("(?=a)", "0 look-around is not supported"),
        ("x(?<!a)", "1 look-around is not supported"),
        ("(?<>a)", "2 expected a group name such as <name>"),
        ("(?x)a", "2 expected flags among i, s and m, then : or )"),
        ("(?i", "3 expected flags among i, s and m, then : or )"),
        (
            "a\\",
            "1 a backslash with nothing behind it; for the character write \\\\",
        ),
        (
            r"(a)\1",
            "3 back-references are not supported; a byte is written \\xHH",
        ),
        (r"\p{L}", "0 Unicode classes are not supported"),
        (r"\y", "0 \\y has no meaning here"),
        (
            r"\xg0",
            "0 \\x takes two hexadecimal digits, or a character as in \\x{e9}",
        ),
        (
            r"\x{d800}",
            "0 expected a character's number in hexadecimal, as in \\x{e9}",
        ),
        (
            r"\u00e9",
            "0 expected a character's number in hexadecimal, as in \\x{e9}",
        ),
        (
            "a[bc",
            "1 this class is not closed; for the character write \\[",
        ),
        ("[z-a]", "1 the range is the wrong way round"),
        (r"[a-\d]", "3 a range ends in one character"),
        (
            "[aé]",
            "2 a class holds bytes: a character outside ASCII needs (a|b) instead",
        ),
        (r"[\b]", "1 \\b has no meaning in a class"),
        (
            "[[a]]",
            "1 a class inside a class is not supported; for the character write \\[",
        ),
        (
            "[[:alhpa:]]",
            "1 expected a class such as [:alpha:], [:digit:] or [:space:]",
        ),
        (
            "[a&&b]",
            "2 operators between classes are not supported; for the character write it once, or with \\",
        ),
        (
            "a{1000}b{1000}",
            "14 the pattern is too large: at most 1024 states, where a repeat counts once per copy",
        ),
        (
            "((((){1000}){1000}){1000}){1000}",
            "32 the pattern is too large: at most 1024 states, where a repeat counts once per copy",
        ),
    ];
    for (pattern, expected) in cases {
        let error = Regex::new(pattern).map(|_| ()).unwrap_err();
        assert_eq!(
            format!("{} {}", error.offset, error.message),
            expected,
            "{pattern:?}"
        );
    }
    let deep = "(".repeat(100_000);
    assert_eq!(Regex::new(&deep).map(|_| ()).unwrap_err().offset, 64);
}

#[test]
fn hostile_patterns_stay_linear() {
    let mut text = "a".repeat(64 * 1024);
    text.push('!');
    for pattern in [
        "(a+)+$",
        "^(a|a)*$",
        "(a|aa)+$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.*.*)*=$",
        "(?:a?){60}a{60}$",
    ] {
        let regex = Regex::new(pattern).unwrap();
        assert!(!regex.is_match(text.as_bytes()), "{pattern}");
    }
}

#[test]
fn a_table_reads_each_byte_once_and_the_automaton_each_state_once_per_byte() {
    assert!(matches!(Regex::new("(a+)+$").unwrap().0, Engine::Table(_)));
    // every subset of the last 40 places can be open at once
    let regex = Regex::new("a.{40}b$").unwrap();
    let Engine::States(nfa) = &regex.0 else {
        panic!("a table of 2^40 rows")
    };
    let (mut now, mut next, mut scratch) = (nfa.first(), nfa.first(), nfa.scratch());
    for _ in 0..1000 {
        assert!(!nfa.step(&now, Side::Other, Some(b'a'), &mut next, &mut scratch));
        assert!(scratch.visited() <= 44);
        core::mem::swap(&mut now, &mut next);
    }
    let mut text = "a".repeat(64 * 1024);
    assert!(!regex.is_match(text.as_bytes()));
    text.push('b');
    assert!(regex.is_match(text.as_bytes()));
}

/// Patterns made of everything the syntax has, over a small alphabet.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[ab_ ]",
        Just(".".to_string()),
        Just("[^a]".to_string()),
        Just("[ab]".to_string()),
        Just(r"\w".to_string()),
        Just(r"\b".to_string()),
        Just(r"\B".to_string()),
        Just("^".to_string()),
        Just("$".to_string()),
        Just("(?m:^)".to_string()),
        Just("(?m:$)".to_string()),
        Just("(?i:A)".to_string()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|parts| format!("({})", parts.join("|"))),
            (
                inner,
                prop_oneof![
                    Just("*"),
                    Just("+"),
                    Just("?"),
                    Just("{2}"),
                    Just("{1,}"),
                    Just("{0,2}")
                ]
            )
                .prop_map(|(part, repeat)| format!("({part}){repeat}")),
        ]
    })
}

/// Every way a tree can match from `at`, worked out naively: the ends.
fn ends(node: &parse::Node, text: &[u8], at: usize) -> Vec<usize> {
    use parse::{Look, Node};
    let word = |at: Option<usize>| {
        at.and_then(|at| text.get(at))
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let edge = word(at.checked_sub(1)) != word(Some(at));
    let then = |starts: Vec<usize>, node: &Node| {
        let mut all: Vec<usize> = starts
            .into_iter()
            .flat_map(|at| ends(node, text, at))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let if_so = |holds: bool| if holds { Vec::from([at]) } else { Vec::new() };
    match node {
        Node::One(set) => {
            let one = text.get(at).filter(|b| set.contains(**b));
            one.map(|_| at + 1).into_iter().collect()
        }
        Node::Look(Look::Start) => if_so(at == 0),
        Node::Look(Look::End) => if_so(at == text.len()),
        Node::Look(Look::LineStart) => if_so(at == 0 || text[at - 1] == b'\n'),
        Node::Look(Look::LineEnd) => if_so(at == text.len() || text[at] == b'\n'),
        Node::Look(Look::WordEdge) => if_so(edge),
        Node::Look(Look::NoWordEdge) => if_so(!edge),
        Node::Sequence(items) => items.iter().fold(Vec::from([at]), then),
        Node::Either(branches) => branches
            .iter()
            .flat_map(|branch| ends(branch, text, at))
            .collect(),
        Node::Repeat { node, min, max } => {
            let mut now = (0..*min).fold(Vec::from([at]), |now, _| then(now, node));
            let mut all = now.clone();
            let more = max.map_or(text.len() + 1, |max| usize::from(max - min));
            for _ in 0..more {
                now = then(now, node);
                all.extend(&now);
            }
            all
        }
    }
}

proptest! {
    #[test]
    fn both_searches_find_what_the_definition_finds(pattern in pattern(), text in "[abA_ \n]{0,12}") {
        let tree = parse::parse(&pattern).unwrap();
        let expected = (0..=text.len()).any(|at| !ends(&tree, text.as_bytes(), at).is_empty());
        let (nfa, table) = both(&pattern);
        prop_assert_eq!(nfa.is_match(text.as_bytes()), expected);
        prop_assert_eq!(table.map_or(expected, |table| table.is_match(text.as_bytes())), expected);
    }

    #[test]
    fn any_text_is_a_pattern_or_an_error_inside_it(pattern in "[-a\\\\dbxp(){}|\\[\\]:?<>^$.*+,0-9é&]{0,40}", text: Vec<u8>) {
        match Regex::new(&pattern) {
            Ok(regex) => {
                let _ = regex.is_match(&text);
            }
            Err(error) => prop_assert!(error.offset <= pattern.len()),
        }
    }
}
