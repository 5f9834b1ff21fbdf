//! The tables of the pack that are no weights: what characters fold to, what
//! words mean.

use doorward_core::text::prompt::{Model, jumble_hash, word_hash};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Meanings from here on are of words that say nothing by themselves.
const FUNCTION: u8 = 240;

/// Letters of other scripts and what they look like.
const LOOKS: &str = "аa еe оo рp сc уy хx іi јj ѕs һh ԁd кk мm тt вb нh гr пn ԛq ԝw ьb дd зe иu лn \
    оo αa εe ιi κk νv οo ρp τt υu χx ηn ωw γy βb μu σo ζz δd ոn ս u օo ցg հh";

/// Letters that are nothing else but another form of an ASCII letter.
const FORMS: &str = "ıi ɑa ɡg ɩi ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz \
    ǝe ɐa ɔc øo łl đd ħh ŧt ɓb ɗd ƙk ɦh";

/// The table of folds as the pack holds it.
pub(crate) fn folds() -> Vec<u8> {
    let mut table: BTreeMap<u32, [u8; 4]> = BTreeMap::new();
    for code in 0x80..0x1_f200_u32 {
        let Some(ch) = char::from_u32(code) else {
            continue;
        };
        if let Some(entry) = fold(ch) {
            table.insert(code, entry);
        }
    }
    let mut out = Vec::new();
    for (code, entry) in table {
        let [a, b, c, _] = code.to_le_bytes();
        out.extend([a, b, c]);
        out.extend(entry);
    }
    out
}

fn pair(list: &str, wanted: char) -> Option<u8> {
    list.split_whitespace().find_map(|pair| {
        let mut chars = pair.chars();
        (chars.next() == Some(wanted)).then(|| chars.next().map_or(0, |ascii| ascii as u8))
    })
}

fn is_shown(code: u32) -> bool {
    !matches!(code, 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0x3164
        | 0xffa0 | 0xfff9..=0xfffb | 0x1_d173..=0x1_d17a
        // accents, and Arabic ones
        | 0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f
        | 0x64b..=0x652 | 0x640)
}

fn fold(ch: char) -> Option<[u8; 4]> {
    let code = u32::from(ch);
    if !is_shown(code) {
        return Some([0; 4]);
    }
    // Hangul would fall to pieces
    if matches!(code, 0xac00..=0xd7a3) {
        return None;
    }
    match ch {
        'ß' => return Some([2, b's', b's', 0]),
        'æ' | 'Æ' => return Some([2, b'a', b'e', 0]),
        'œ' | 'Œ' => return Some([2, b'o', b'e', 0]),
        'þ' | 'Þ' => return Some([2, b't', b'h', 0]),
        '€' => return None,
        '\u{2018}' | '\u{2019}' => return Some([1, b'\'', 0, 0]),
        '\u{201c}' | '\u{201d}' | '«' | '»' => return Some([1, b'"', 0, 0]),
        _ => {}
    }
    let small: Vec<char> = ch
        .nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|ch| is_shown(u32::from(*ch)))
        .collect();
    if let [single] = small.as_slice() {
        if let Some(ascii) = pair(FORMS, *single) {
            return Some([1, ascii, 0, 0]);
        }
        if let Some(like) = pair(LOOKS, *single) {
            let [a, b, ..] = u32::from(*single).to_le_bytes();
            return Some([5, a, b, like]);
        }
    }
    if small.is_empty() || small == [ch] {
        return enclosed(code);
    }
    if small.iter().all(char::is_ascii) {
        let letters: Vec<u8> = small
            .iter()
            .map(|ch| *ch as u8)
            .filter(|b| !b"()".contains(b))
            .collect();
        if letters.is_empty() || letters.len() > 3 {
            return None;
        }
        let mut entry = [0; 4];
        entry[0] = letters.len() as u8;
        for (slot, letter) in entry.iter_mut().skip(1).zip(&letters) {
            *slot = *letter;
        }
        return Some(entry);
    }
    let [single] = small.as_slice() else {
        return None;
    };
    let [a, b, c, _] = u32::from(*single).to_le_bytes();
    Some([4, a, b, c])
}

/// Letters in circles and squares that have no decomposition.
fn enclosed(code: u32) -> Option<[u8; 4]> {
    let letter = match code {
        0x1_f150..=0x1_f169 => code - 0x1_f150,
        0x1_f170..=0x1_f189 => code - 0x1_f170,
        0x1_f1e6..=0x1_f1ff => code - 0x1_f1e6,
        _ => return None,
    };
    Some([1, b'a' + letter as u8, 0, 0])
}

/// Hashes and meanings, sorted, as the pack holds them.
pub(crate) fn words(text: &str, folds: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let model = Model::untrained(folds, &[], &[]);
    let mut names: Vec<&str> = Vec::new();
    let mut table: BTreeMap<u32, u8> = BTreeMap::new();
    let mut jumbled: BTreeMap<u32, u8> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split_whitespace();
        let Some(name) = parts.next() else { continue };
        let meaning = if name.starts_with('[') {
            FUNCTION
        } else if let Some(at) = names.iter().position(|known| *known == name) {
            at as u8 + 1
        } else {
            names.push(name);
            names.len() as u8
        };
        for word in parts.flat_map(forms) {
            table.entry(word_hash(&model, &word)).or_insert(meaning);
            if let Some(hash) = jumble_hash(&model, &word) {
                jumbled.entry(hash).or_insert(meaning);
            }
        }
    }
    for (hash, meaning) in jumbled {
        table.entry(hash).or_insert(meaning);
    }
    let hashes = table.keys().flat_map(|hash| hash.to_le_bytes()).collect();
    (hashes, table.into_values().collect())
}

/// A word of the list and its other forms.
fn forms(word: &str) -> Vec<String> {
    let many = |base: &str| {
        let end = base.as_bytes().last().copied().unwrap_or_default();
        let before = base
            .as_bytes()
            .iter()
            .rev()
            .nth(1)
            .copied()
            .unwrap_or_default();
        match end {
            b'y' if !b"aeou".contains(&before) => format!("{}ies", &base[..base.len() - 1]),
            b's' | b'x' | b'z' => format!("{base}es"),
            b'h' if b"cs".contains(&before) => format!("{base}es"),
            _ => format!("{base}s"),
        }
    };
    if let Some(base) = word.strip_suffix('+') {
        return vec![base.to_owned(), many(base)];
    }
    let Some(base) = word.strip_suffix('*') else {
        return vec![word.to_owned()];
    };
    let stem = base.strip_suffix('e').filter(|stem| !stem.ends_with('e'));
    let past = match (stem, base.strip_suffix('y')) {
        (Some(stem), _) => format!("{stem}ed"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ied"),
        _ => format!("{base}ed"),
    };
    vec![
        base.to_owned(),
        many(base),
        past,
        format!("{}ing", stem.unwrap_or(base)),
    ]
}
