//! A value that may end an attribute or a string of the page around it.

use super::super::evidence::{Evidence, Strongest};
use super::super::script::{EVENTS, Event};
use super::Page;
use crate::text::html::Tokenizer;
use crate::text::swar;

const BREAKOUT: &str = "shield.xss.breakout";

impl Page<'_> {
    pub(super) fn behind_quotes(&self, best: &mut Strongest) {
        let first_tag = swar::find_byte(self.text, b'<').unwrap_or(self.text.len());
        for quote in [b'"', b'\'', b'`'] {
            let Some(at) = swar::find_byte(self.text, quote) else {
                continue;
            };
            // with a tag before it the quote belongs to that tag
            if at < first_tag && at <= 256 && !self.texture.is_document() {
                let at = at.saturating_add(1);
                self.attributes_behind(at, best);
                self.tag_behind(at, best);
                self.code_behind(quote, at, best);
            }
        }
    }

    /// An attribute: ` onfocus=…`.
    fn attributes_behind(&self, at: usize, best: &mut Strongest) {
        let mut html = Tokenizer::new(self.text, at);
        let mut left = 6_u8;
        while left > 0
            && let Some(attribute) = html.attribute()
        {
            left = left.saturating_sub(1);
            if let Some(value) = attribute.value.filter(|v| !v.is_empty())
                && let Some(event) = EVENTS.get(attribute.name)
            {
                let end = attribute.value_start.saturating_add(value.len());
                let score = if self.sinks.within(attribute.value_start, end).is_some() {
                    9500
                } else if event == Event::Unasked {
                    8800
                } else {
                    7500
                };
                best.add(Evidence::new(
                    BREAKOUT,
                    self.texture.weigh(score, 4500, 1500),
                    at,
                    attribute.end,
                ));
            }
        }
    }

    /// A tag: `">` and another one.
    fn tag_behind(&self, at: usize, best: &mut Strongest) {
        let rest = self.text.get(at..).unwrap_or_default().trim_ascii_start();
        let Some(after) = rest.strip_prefix(b">") else {
            return;
        };
        let after = after.trim_ascii_start();
        if after.first() == Some(&b'<')
            && after
                .get(1)
                .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!'))
        {
            best.add(Evidence::new(
                BREAKOUT,
                self.texture.weigh(7500, 3000, 1000),
                at,
                self.text.len(),
            ));
        }
    }

    /// A script's string: `';alert(1)//`.
    fn code_behind(&self, quote: u8, at: usize, best: &mut Strongest) {
        let rest = self.text.get(at..).unwrap_or_default().trim_ascii_start();
        let goes_on = |b: &u8| {
            matches!(
                b,
                b';' | b'-'
                    | b'+'
                    | b'*'
                    | b','
                    | b')'
                    | b'}'
                    | b']'
                    | b'/'
                    | b'|'
                    | b'&'
                    | b'^'
                    | b'%'
                    | b'?'
                    | b'<'
                    | b'>'
                    | b'='
                    | b'('
                    | b'.'
            )
        };
        if !rest.first().is_some_and(goes_on) {
            return;
        }
        let to = self.text.len();
        // a backquote before honest code is Markdown
        let found = if quote == b'`' {
            self.sinks.proof_within(at, to)
        } else {
            self.sinks.within(at, to)
        };
        if let Some((start, end)) = found {
            best.add(Evidence::new(
                BREAKOUT,
                self.texture.weigh(8800, 4000, 1500),
                start,
                end,
            ));
        }
    }
}
