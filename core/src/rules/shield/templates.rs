//! Template injection: openers of template languages, and what the expression
//! in each asks for: `{{7*7}}`, `${T(java…)}`, `<%= system('id') %>`, `#{7*7}`.
//!
//! Knows the openers of Jinja, Twig, Tornado, Nunjucks, Handlebars, Freemarker,
//! Velocity, Thymeleaf, EL, `SpEL`, OGNL, ERB, EJS, Mako, Razor, Smarty. A variable
//! with filters is what templates are made of and is no evidence; a sum, a
//! literal whose methods are called, an object of the framework that is walked
//! or a filter that calls functions is. What engines are harmless (Liquid,
//! Mustache) the text does not say.

mod probes;

use self::probes::{
    calls_literal, disguises_name, ends, hides_names, is_all_template, is_small_sum, is_smarty,
    is_sum, lead, makes, reads_process,
};
use super::evidence::{Evidence, Strongest};
use super::signs::Signs;
use super::xss::is_authored;
use crate::text::cursor::{ByteSet, Cursor, find, starts_with_ci};
use crate::text::words::{word_table, words};
use alloc::vec::Vec;

/// So many openers of a value are judged; a page has fewer.
const OPENERS: u8 = 128;
/// So many of them are no template that somebody wrote.
const FEW: u8 = 4;
/// So many expressions are read for names put together.
const LOOKS: u8 = 16;
/// So much of an expression is read.
const WINDOW: usize = 120;
/// So many of its words.
const WORDS: usize = 12;

/// Bytes that may end an opener.
static OPENING: ByteSet = ByteSet::of(b"{%[(");

/// What a word of an expression says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// It reaches for the machine.
    Runs,
    /// `dump`, when called first.
    Dumps,
    /// An object of the framework, when it comes first and is entered.
    Opens,
    /// The request, when it comes first and more than its path is wanted.
    Asked,
    /// The same, however it is entered.
    Enters,
    /// A class of the machine, when it comes first in code.
    Opened,
}

const ASK_LIST: &[(&str, Ask)] = &[
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
    ("getclassloader", Ask::Runs),
    ("newinstance", Ask::Runs),
    ("setattribute", Ask::Runs),
    ("shell_exec", Ask::Runs),
    ("call_user_func", Ask::Runs),
    ("__base__", Ask::Runs),
    ("__bases__", Ask::Runs),
    ("__builtins__", Ask::Runs),
    ("__import__", Ask::Runs),
    ("__getattribute__", Ask::Runs),
    ("setcache", Ask::Runs),
    ("smarty_internal_write_file", Ask::Runs),
    ("getstreamvariable", Ask::Runs),
    ("secret_key", Ask::Runs),
    ("dump", Ask::Dumps),
    ("config", Ask::Opens),
    ("self", Ask::Opens),
    ("_self", Ask::Enters),
    ("_context", Ask::Enters),
    ("pagecontext", Ask::Enters),
    ("namespace", Ask::Opens),
    ("request", Ask::Asked),
    ("file", Ask::Opened),
    ("dir", Ask::Opened),
    ("io", Ask::Opened),
    ("kernel", Ask::Opened),
    ("class", Ask::Opened),
];

word_table!(pub(super) static ASKS: Ask = *ASK_LIST);

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
        looks: if hides_names(text) { LOOKS } else { 0 },
        brace: Next::new(b"}"),
        percent: Next::new(b"%>"),
        bracket: Next::new(b"]"),
        round: Next::new(b")"),
        filter: Next::new(b"|attr("),
    };
    let mut left = OPENERS;
    // the first that says enough by itself
    let mut plain = None;
    while left > 0 {
        cursor.take_while(|b| !OPENING.has(b));
        let start = cursor.at();
        let Some(byte) = cursor.next() else { break };
        let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
        let close = match (byte, before, cursor.peek()) {
            (b'(', Some(b'@'), Some(b'0'..=b'9')) => &mut page.round,
            (b'{', Some(b'$' | b'#' | b'*' | b'@' | b'%'), _) => &mut page.brace,
            (b'{', _, Some(b'{' | b'%')) => {
                cursor.skip(1);
                &mut page.brace
            }
            (b'%', Some(b'<'), _) => &mut page.percent,
            (b'[', Some(b'['), Some(b'$' | b'0'..=b'9')) => &mut page.bracket,
            // Smarty: `{php}`, `{system('id')}`, `{$smarty.version}`
            (b'{', _, Some(b'p' | b's' | b'S' | b'$')) if is_smarty(cursor.rest()) => {
                let score = signs.texture.weigh(7500, 3000, 1500);
                best.add(Evidence::new(CODE, score, start, cursor.at()));
                continue;
            }
            _ => continue,
        };
        left = left.saturating_sub(1);
        if cursor.rest().starts_with(b"{}") {
            cursor.skip(2);
        }
        let from = cursor.at();
        let window = from.saturating_add(WINDOW).min(text.len());
        let end = close.within(text, from, window).unwrap_or(window);
        let opener = Opener {
            evaluates: matches!(before, Some(b'$' | b'%' | b'@' | b'#')) && byte == b'{',
            statement: (byte, before) == (b'%', Some(b'<'))
                || text.get(from.saturating_sub(1)) == Some(&b'%'),
        };
        if let Some((score, in_text, in_document)) = page.expression(from, end, opener) {
            if in_text >= 5500 {
                plain = plain.or(Some((start, end)));
            }
            let score = signs.texture.weigh(score, in_text, in_document);
            best.add(Evidence::new(CODE, score, start, end));
        }
    }
    // prose with a probe in it, and no theme, page or manual
    if let Some((start, end)) = plain
        && OPENERS.saturating_sub(left) <= FEW
        && signs.texture.is_document()
        && signs.texture.lines <= 6
        && !is_authored(text)
        && find(text, b"`").is_none()
    {
        best.add(Evidence::new(CODE, 5500, start, end));
    }
}

/// What opened an expression.
#[derive(Clone, Copy)]
struct Opener {
    /// `${`, `%{`, `@{`, `#{`.
    evaluates: bool,
    /// `<%`, `{%`.
    statement: bool,
}

const CODE: &str = "shield.ssti.expression";

/// A text and what was found in it on the way.
struct Page<'t> {
    text: &'t [u8],
    asked: Vec<Asked>,
    /// Of [`LOOKS`], what is left; none where no name can be hidden.
    looks: u8,
    brace: Next,
    percent: Next,
    bracket: Next,
    round: Next,
    filter: Next,
}

impl Page<'_> {
    /// A name is put together in `code`; the first few are looked at.
    fn is_disguised(&mut self, code: &[u8]) -> bool {
        let look = self.looks > 0;
        self.looks = self.looks.saturating_sub(1);
        look && disguises_name(code)
    }

    /// What the expression from `start` to `end` asks for.
    fn expression(&mut self, start: usize, end: usize, opener: Opener) -> Option<(u16, u16, u16)> {
        let inner = self.text.get(start..end)?.trim_ascii_start();
        let code = inner
            .strip_prefix(b"=")
            .or_else(|| inner.strip_prefix(b"{"))
            .unwrap_or(inner)
            .trim_ascii_start();
        let start = end.saturating_sub(code.len());
        let code = code.trim_ascii_end();
        let end = start.saturating_add(code.len());
        let led = lead(code);
        let by_words = code
            .get(..led)
            .unwrap_or_default()
            .iter()
            .any(u8::is_ascii_alphabetic);
        let value = code.get(led..).unwrap_or_default();
        let first = start.saturating_add(led);
        if is_sum(value) {
            return Some((8800, 6000, 2500));
        }
        if is_small_sum(code) {
            return Some((6500, 2500, 1500));
        }
        // a condition to see whether it is evaluated, and nothing else
        let tests = opener.statement
            && self.text.len() <= 64
            && (starts_with_ci(code, b"if true ") || code.starts_with(b"if 1 "));
        if tests || calls_literal(code) || makes(code, opener) {
            return Some((7500, 3500, 1500));
        }
        if self.is_disguised(code) {
            return Some((8500, 5500, 3000));
        }
        if (opener.statement || opener.evaluates)
            && reads_process(value)
            && is_all_template(self.text)
        {
            return Some((6500, 2500, 1000));
        }
        let next = self.asked.partition_point(|asked| asked.start < start);
        for asked in self.asked.get(next..).unwrap_or_default() {
            if asked.end > end {
                break;
            }
            let opens = asked.start == first;
            let behind = self.text.get(asked.end..end).unwrap_or_default();
            match asked.ask {
                Ask::Runs if asked.reach <= start => return Some((9200, 6000, 3000)),
                Ask::Dumps if opens && behind.first() == Some(&b'(') => {
                    return Some((6500, 2500, 1000));
                }
                Ask::Opens
                    if opens
                        && matches!(behind.first(), Some(b'.' | b'[' | b'(' | b'|'))
                        && (!by_words && behind.contains(&b'_')
                            || behind.starts_with(b".items(")
                            || behind.starts_with(b".module.")) =>
                {
                    return Some((6500, 2500, 1000));
                }
                Ask::Asked
                    if opens
                        && [
                            &b".getAttribute"[..],
                            b".getSession",
                            b".application",
                            b".environ",
                            b".server",
                            b".__",
                            b"['environ",
                            b"|attr",
                        ]
                        .iter()
                        .any(|part| behind.starts_with(part)) =>
                {
                    return Some((6500, 2500, 1000));
                }
                // the value asks for one object of the framework and nothing else
                Ask::Opens | Ask::Asked if opens && ends(behind) && is_all_template(self.text) => {
                    return Some((5500, 1500, 1000));
                }
                Ask::Enters if opens && matches!(behind.first(), Some(b'.' | b'[' | b'|')) => {
                    return Some((7500, 3500, 1500));
                }
                Ask::Opened
                    if opens
                        && (opener.statement || opener.evaluates)
                        && behind.first() == Some(&b'.')
                        && behind.contains(&b'(') =>
                {
                    return Some((7000, 2500, 1000));
                }
                _ => {}
            }
        }
        if self.filter.within(self.text, start, end).is_some() {
            return Some((7500, 3500, 1500));
        }
        // OGNL sets variables of the framework: `%{(#x=1)}`
        (opener.evaluates && (code.starts_with(b"#") || code.starts_with(b"(#")))
            .then_some((6500, 2500, 1000))
    }
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
    fn probes_and_walks_of_each_engine() {
        for attack in [
            "{{7*'7'}}",
            "${7*7}",
            "#{1+1}",
            "*{7*7}",
            "@(1+2)",
            "[[7*7]]",
            "<%= 7 * 7 %>",
            "{{364|add:733}}",
            "{{'a'.toUpperCase()}}",
            "${\"calc\".execute()}",
            "{{['id']|filter('system')}}",
            "{{[0]|map('x')}}",
            "{% import os %}",
            "{% if True %}49{% endif %}",
            "<%= File.open('/x').read %>",
            "${new File(\"x\").createNewFile()}",
            "${.version}",
            "${\"x.Execute\"?new()(\"id\")}",
            "${pageContext.request.getSession()}",
            "${class.getResource(\"\").getPath()}",
            "{{_self.env.setCache(\"ftp://x\")}}",
            "{{config.items()}}",
            "{{ config }}",
            "{php}echo 1;{/php}",
            "{$smarty.version}",
            "${self.module.cache.util.os}",
            "{{#with \"s\" as |string|}}",
            "{%print(7*7)%}",
            "{%set x=0x7*0x7%}{{x}}",
            "{%for a in [7*'7']%}{{a}}{%endfor%}",
            "<%- 7*7 %>",
            "<%=//x\n6*7%>",
            "${/*x*/(6)*(7)}",
            "<%= process.env.HOME %>",
            "${process?.version}",
            "{%macro m()%}{{config}}{%endmacro%}{{m()}}",
            "{{[config][0]}}",
            "{{''['__cl'+'ass__']}}",
            "{{''['__cl''ass__']}}",
            "{{x['%s%s'%('__g','lobals__')]}}",
            "{{''[['__cl','ass__']|join]}}",
            "{{''['__ssalc__'[::-1]]}}",
            "{{''['--class--'|replace('-','_')]}}",
            "{{x['\\137\\137globals\\137\\137']}}",
            "{{{}|attr('\\x5f\\x5fclass\\x5f\\x5f')}}",
        ] {
            assert!(score(attack) >= 5000, "{attack}: {}", score(attack));
        }
        for template in [
            "{{ price|round(2) }}",
            "{{ user.name|upper }} - {{ request.path }}",
            "{% if user.is_active %}x{% endif %}",
            "{% import \"forms.html\" as forms %}",
            "{{ 'Hello %s'|format(name) }}",
            "{{ \"a-b\".split('-') }}",
            "{{ [1, 2]|join(', ') }}",
            "<%= link_to file.name, file.path %>",
            "Total ${total} of ${new Date().getFullYear()}",
            "$\\frac{1}{2}$ and ${x}_{2}$",
            "{$smarty.now|date_format}",
            "{{> header}} {{#each items}}{{this}}{{/each}}",
            "{{ config.title }}",
            "mail @(office) or @{handle}",
            "[[1]](https://x.example) and [[Page]]",
            "{% set width = 100 %}{% if config.show_title %}x{% endif %}",
            "{{ labels['col_' ~ loop.index] }} {{ names['a' + b] }}",
            "curl http://${process.env.HOST}:8080/health",
            "{% for row in rows %}{{ row.price * 2 }}{% endfor %}",
            "<%= process.title %>",
        ] {
            assert!(score(template) < 5000, "{template}: {}", score(template));
        }
    }

    #[test]
    fn a_probe_in_prose_and_a_theme() {
        let prose = "we would like to know if the jacket is still there ".repeat(12);
        assert_eq!(score(&format!("{prose}{{{{7*7}}}} {prose}")), 5500);
        assert_eq!(score(&format!("{prose}`{{{{7*7}}}}` {prose}")), 2500);
        assert_eq!(score(&format!("{prose}{{{{ first_name }}}} {prose}")), 0);
        let theme = "{{ title }} ".repeat(8);
        assert!(score(&format!("{prose}{theme}{{{{7*7}}}}")) < 5000);
    }

    #[test]
    fn a_word_cut_by_the_window_is_no_other_word() {
        let name = "b".repeat(WINDOW - 7);
        assert_eq!(score(&format!("{{{{{name} systematic}}}}")), 0);
        assert_eq!(score(&format!("{{{{{name} system}}}}")), 9200);
    }
}
