//! What looks like a sensitive value and is none: `tests/clean/texts.txt`, one a
//! line. What is found in one is a false alarm.
#![allow(clippy::expect_used, reason = "a failing test panics")]

use doorward_core::text::sensitive::{Wanted, scan};
use doorward_tests::folder;

const AT_LEAST: usize = 400;

#[test]
fn clean_texts_are_left_alone() {
    let path = folder().join("../clean/texts.txt");
    let file = std::fs::read_to_string(path).expect("tests/clean/texts.txt");
    let texts: Vec<String> = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# ") && !line.starts_with("## "))
        .map(|line| {
            let mut text = String::new();
            let mut signs = line.chars();
            while let Some(sign) = signs.next() {
                text.push(match sign {
                    '\\' if signs.clone().next() == Some('n') => {
                        signs.next();
                        '\n'
                    }
                    '\\' => signs.next().unwrap_or('\\'),
                    sign => sign,
                });
            }
            text
        })
        .collect();
    let alarms: Vec<String> = texts
        .iter()
        .flat_map(|text| {
            let spans = scan(text.as_bytes(), Wanted::ALL, &[]);
            spans.into_iter().map(move |span| {
                let value = text.get(span.start..span.end).unwrap_or_default();
                format!("{} {value:?} in {text:?}", span.kind.name(&[]))
            })
        })
        .collect();
    println!("clean texts: {} alarms in {}", alarms.len(), texts.len());
    assert!(texts.len() >= AT_LEAST, "{}", texts.len());
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}
