//! Copies of texts: harmless ones with words put in that attacks are made of, so
//! that no such word alone says anything; attacks with harmless sentences around
//! them, so that these do not hide them; and some of both with their letters
//! disguised.

use crate::chance::Chance;
use crate::rows::Row;

/// What attacks are about: words of these meanings are put into harmless texts.
const TRIGGERS: [&str; 24] = [
    "IGNORE",
    "BYPASS",
    "DISABLE",
    "INSTR",
    "RULE",
    "PROMPT",
    "PRIOR",
    "ORIGINAL",
    "SYSTEM",
    "SECRET",
    "REVEAL",
    "VERBATIM",
    "AI",
    "ACT",
    "PERSONA",
    "MODE",
    "DEVMODE",
    "UNFREE",
    "LIMIT",
    "ETHIC",
    "OBEY",
    "CRED",
    "AUTHORITY",
    "PWNED",
];

/// Longest text that is copied, in words.
const LONGEST: usize = 60;

/// So many copies of each kind.
const HARMLESS: usize = 14_000;
const ATTACKS: usize = 7_000;
const DISGUISED: usize = 2_400;

/// A text with its letters apart, or with figures for letters.
fn disguised(text: &str, chance: &mut Chance) -> String {
    if chance.may(60) {
        return text.chars().flat_map(|ch| [ch, ' ']).collect();
    }
    let figure = |ch: char| match ch.to_ascii_lowercase() {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        's' => '5',
        't' => '7',
        _ => ch,
    };
    text.chars().map(figure).collect()
}

/// The copies.
pub(crate) fn of(rows: &[Row], lexicon: &str) -> Vec<Row> {
    let mut chance = Chance::new(17);
    let words: Vec<&str> = lexicon
        .lines()
        .filter(|line| {
            TRIGGERS
                .iter()
                .any(|name| line.split(' ').next() == Some(name))
        })
        // the first line of a meaning is in English
        .filter({
            let mut had = Vec::new();
            move |line: &&str| {
                let name = line.split(' ').next().unwrap_or_default().to_owned();
                let new = !had.contains(&name);
                had.push(name);
                new
            }
        })
        .flat_map(|line| line.split(' ').skip(1))
        .map(|word| word.trim_end_matches(['*', '+']))
        .filter(|word| word.is_ascii())
        .collect();
    let short = |row: &&Row| row.learnt && row.text.split_whitespace().count() <= LONGEST;
    let harmless: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.attack && row.is_chat() && !row.is_made())
        .filter(short)
        .collect();
    let attacks: Vec<&Row> = rows
        .iter()
        .filter(|row| row.attack && row.is_made())
        .filter(short)
        .collect();
    let mut out = Vec::new();
    for _ in 0..HARMLESS {
        let row = harmless[chance.below(harmless.len())];
        let mut text: Vec<&str> = row.text.split(' ').collect();
        for _ in 0..=chance.below(3) {
            let word = chance.pick(&words);
            let at = chance.below(text.len() + 1);
            if at < text.len() && chance.may(70) {
                text[at] = word;
            } else {
                text.insert(at, word);
            }
        }
        out.push(row.copied(text.join(" "), false));
    }
    for _ in 0..ATTACKS {
        let row = harmless[chance.below(harmless.len())];
        let attack = &attacks[chance.below(attacks.len())].text;
        let text = if chance.may(60) {
            format!("{} {attack}", row.text)
        } else {
            format!("{attack} {}", row.text)
        };
        out.push(row.copied(text, true));
    }
    for number in 0..DISGUISED {
        // most of them harmless: a disguise by itself says nothing
        let attack = number % 3 == 0;
        let rows = if attack { &attacks } else { &harmless };
        let row = rows[chance.below(rows.len())];
        out.push(row.copied(disguised(&row.text, &mut chance), attack));
    }
    out
}
