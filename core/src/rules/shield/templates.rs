//! Template injection: openers of template languages, and what the expression
//! in each asks for: `{{7*7}}`, `${T(java…)}`, `<%= system('id') %>`, `#{7*7}`.

use super::evidence::{Evidence, Strongest};
use super::signs::Signs;
use crate::text::cursor::{ByteSet, Cursor, find, is_space};
use crate::text::words::{Words, words};
use alloc::vec::Vec;

/// So many openers of a value are judged; a page has fewer.
const OPENERS: u8 = 128;
/// So much of an expression is read.
const WINDOW: usize = 120;
/// So many of its words.
const WORDS: usize = 12;

/// Bytes that may end an opener.
static OPENING: ByteSet = ByteSet::of(b"{%[");

/// What a word of an expression says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// It reaches for the machine.
    Runs,
    /// `dump`, when called first.
    Dumps,
    /// An object of the framework, when it comes first and is entered.
    Opens,
}

pub(super) static ASKS: Words<Ask, 64> = Words::new(&[
    ("__class__", Ask::Runs),
    ("__init__", Ask::Runs),
    ("__globals__", Ask::Runs),
    ("__subclasses__", Ask::Runs),
    ("subclasses", Ask::Runs),
    ("__mro__", Ask::Runs),
    ("lipsum", Ask::Runs),
    ("cycler", Ask::Runs),
    ("joiner", Ask::Runs),
    ("getclass", Ask::Runs),
    ("getruntime", Ask::Runs),
    ("_memberaccess", Ask::Runs),
    ("registerundefinedfiltercallback", Ask::Runs),
    ("getfilter", Ask::Runs),
    ("popen", Ask::Runs),
    ("system", Ask::Runs),
    ("passthru", Ask::Runs),
    ("processbuilder", Ask::Runs),
    ("constructor", Ask::Runs),
    ("getastfromvalue", Ask::Runs),
    ("dump", Ask::Dumps),
    ("config", Ask::Opens),
    ("self", Ask::Opens),
    ("_self", Ask::Opens),
    ("namespace", Ask::Opens),
]);

/// Adds what the templates in `text` ask for.
pub(super) fn find_in(text: &[u8], signs: &Signs, best: &mut Strongest) {
    let mut cursor = Cursor::new(text);
    let mut page = Page {
        text,
        asked: if signs.asks() {
            asked(text)
        } else {
            Vec::new()
        },
        brace: Next::new(b"}"),
        percent: Next::new(b"%>"),
        bracket: Next::new(b"]"),
        filter: Next::new(b"|attr("),
    };
    let mut left = OPENERS;
    while left > 0 {
        cursor.take_while(|b| !OPENING.has(b));
        let start = cursor.at();
        let Some(byte) = cursor.next() else { return };
        let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
        let close = match (byte, before, cursor.peek()) {
            (b'{', Some(b'$' | b'#' | b'*' | b'@' | b'%'), _) => &mut page.brace,
            (b'{', _, Some(b'{' | b'%')) => {
                cursor.skip(1);
                &mut page.brace
            }
            (b'%', Some(b'<'), _) => &mut page.percent,
            (b'[', Some(b'['), Some(b'$')) => &mut page.bracket,
            _ => continue,
        };
        left = left.saturating_sub(1);
        let from = cursor.at();
        let window = from.saturating_add(WINDOW).min(text.len());
        let end = close.within(text, from, window).unwrap_or(window);
        let evaluates = matches!(before, Some(b'$' | b'%' | b'@' | b'#'));
        if let Some((score, in_text, in_document)) = page.expression(from, end, evaluates) {
            let score = signs.texture.weigh(score, in_text, in_document);
            best.add(Evidence::new("shield.ssti.expression", score, start, end));
        }
    }
}

/// A text and what was found in it on the way.
struct Page<'t> {
    text: &'t [u8],
    asked: Vec<Asked>,
    brace: Next,
    percent: Next,
    bracket: Next,
    filter: Next,
}

impl Page<'_> {
    /// What the expression from `start` to `end` asks for.
    fn expression(&mut self, start: usize, end: usize, evaluates: bool) -> Option<(u16, u16, u16)> {
        let inner = self.text.get(start..end)?.trim_ascii_start();
        let code = inner
            .strip_prefix(b"=")
            .or_else(|| inner.strip_prefix(b"{"))
            .unwrap_or(inner)
            .trim_ascii_start();
        let start = end.saturating_sub(code.len());
        let code = code.trim_ascii_end();
        let end = start.saturating_add(code.len());
        if is_sum(code) {
            return Some((8800, 6000, 2500));
        }
        let first = self.asked.partition_point(|asked| asked.start < start);
        for asked in self.asked.get(first..).unwrap_or_default() {
            if asked.end > end {
                break;
            }
            let opens = asked.start == start;
            let behind = self.text.get(asked.end..end).unwrap_or_default();
            match asked.ask {
                Ask::Runs if asked.reach <= start => return Some((9200, 6000, 3000)),
                Ask::Dumps if opens && behind.first() == Some(&b'(') => {
                    return Some((6500, 2500, 1000));
                }
                Ask::Opens
                    if opens
                        && matches!(behind.first(), Some(b'.' | b'[' | b'(' | b'|'))
                        && behind.contains(&b'_') =>
                {
                    return Some((6500, 2500, 1000));
                }
                _ => {}
            }
        }
        if self.filter.within(self.text, start, end).is_some() {
            return Some((7500, 3500, 1500));
        }
        // OGNL sets variables of the framework: `%{(#x=1)}`
        (evaluates && (code.starts_with(b"#") || code.starts_with(b"(#")))
            .then_some((6500, 2500, 1000))
    }
}

/// Arithmetic to see whether it is evaluated: `7*7`, `'7'*7`.
fn is_sum(code: &[u8]) -> bool {
    let mut cursor = Cursor::new(code);
    let quoted = cursor.eat(b'\'') || cursor.eat(b'"');
    let left = cursor.take_while(|b| b.is_ascii_digit()).len();
    let _ = quoted && (cursor.eat(b'\'') || cursor.eat(b'"'));
    cursor.skip_space();
    if left == 0 || !cursor.eat(b'*') {
        return false;
    }
    cursor.take_while(|b| is_space(b) || matches!(b, b'\'' | b'"'));
    cursor.peek().is_some_and(|b| b.is_ascii_digit())
}

/// A word of [`ASKS`] in the text.
struct Asked {
    ask: Ask,
    start: usize,
    end: usize,
    /// An expression that starts here or later has it among its first words.
    reach: usize,
}

/// All of them, in order.
fn asked(text: &[u8]) -> Vec<Asked> {
    let mut found = Vec::new();
    let mut starts = [0_usize; WORDS];
    for (number, (start, word)) in words(text).enumerate() {
        let Some(slot) = starts.get_mut(number % WORDS) else {
            continue;
        };
        if let Some(ask) = ASKS.get(word) {
            found.push(Asked {
                ask,
                start,
                end: start.saturating_add(word.len()),
                reach: *slot,
            });
        }
        *slot = start.saturating_add(1);
    }
    found
}

/// The next place of a mark, looked for once however often it is asked for.
struct Next {
    mark: &'static [u8],
    /// Where it is, and from where on that is the next one.
    at: Option<usize>,
    since: Option<usize>,
}

impl Next {
    fn new(mark: &'static [u8]) -> Self {
        Self {
            mark,
            at: None,
            since: None,
        }
    }

    /// The first place from `start` on, the mark as a whole before `end`.
    fn within(&mut self, text: &[u8], start: usize, end: usize) -> Option<usize> {
        let stale =
            self.since.is_none_or(|since| start < since) || self.at.is_some_and(|at| at < start);
        if stale {
            self.since = Some(start);
            self.at = find(text.get(start..)?, self.mark).map(|at| start.saturating_add(at));
        }
        self.at
            .filter(|at| at.saturating_add(self.mark.len()) <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn score(text: &str) -> u16 {
        let signs = super::super::gate::scan(text.as_bytes());
        let mut best = Strongest::default();
        find_in(text.as_bytes(), &signs, &mut best);
        best.0.map_or(0, |e| e.score)
    }

    #[test]
    fn an_expression_is_its_first_words() {
        let filler = |count: usize| "a ".repeat(count);
        assert_eq!(score(&format!("{{{{{}popen}}}}", filler(11))), 9200);
        assert_eq!(score(&format!("{{{{{}popen}}}}", filler(12))), 0);
        assert_eq!(score(&format!("{}{{{{popen}}}}", filler(20))), 9200);
        assert_eq!(score("{{x}} popen"), 0);
    }

    #[test]
    fn a_word_cut_by_the_window_is_no_other_word() {
        let name = "b".repeat(WINDOW - 7);
        assert_eq!(score(&format!("{{{{{name} systematic}}}}")), 0);
        assert_eq!(score(&format!("{{{{{name} system}}}}")), 9200);
    }
}
