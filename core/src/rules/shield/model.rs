//! The learned part: how much a value reads like an attack.
//!
//! A linear model over hashed grams of one to five tokens ([`tokens`]), its
//! weights eight-bit integers trained by `core/model/train` on labelled
//! requests (`core/model/shield.md` says on which, and how well). Token by token
//! the weights add up while the sum leaks; below zero it starts again. The best
//! sum is the value's, so harmless text around an attack dilutes nothing, and
//! the stretch that earned it is the place. It finds what resembles known
//! attacks in shapes that no detector knows. It does not know what a request
//! means, and where prose or code is expected it says nothing.
//!
//! Integers only; one pass; memory of fixed size.

mod tokens;
mod words;

use super::evidence::Evidence;
use super::inspect::Open;
use crate::text::cursor::tick;
use crate::weights::unpack;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use once_cell::race::OnceBox;
use tokens::{Token, Tokens};
use words::Known;

/// Grams per token.
pub const GRAMS: usize = 6;

/// Bits of a gram's hash that choose its weight.
pub const BITS: u32 = 16;

/// One logit as a weight.
pub const UNIT: i32 = 16;

/// Fractional bits of a sum over those of a weight.
const FINE: u32 = 6;

/// A sum that says next to nothing: two logits.
const LITTLE: i32 = (UNIT * 2) << FINE;

/// A sum loses one part in `1 << LEAK` with each token.
pub const LEAK: u32 = 5;

/// Bytes in front of the weights.
pub const HEAD: usize = 16;

/// A detector that is so sure knows the shape: it has said why, or has doubts
/// that the model does not understand.
const KNOWN: u16 = 2000;

/// No sum makes the model surer than this.
const SUREST: u16 = 8500;

/// What the model gives for a reason.
pub(super) const CODE: &str = "shield.learned";

/// No value is an attack by this sum: what a shape has that the model does not read.
pub const NEVER: i32 = i32::MAX / 4;

/// The weights as shipped.
static SHIPPED: &[u8] = include_bytes!("../../../model/shield.bin");
static UNPACKED: OnceBox<Model> = OnceBox::new();

/// Weights, and the sums from which they say "attack".
#[derive(Clone)]
pub struct Model {
    weights: Arc<[u8]>,
    known: Known,
    /// What the features were when it was trained ([`contract`]).
    pub contract: u32,
    /// The least sum of an attack in a short value, in a text, in a document:
    /// in [`UNIT`]s.
    pub least: [i32; 3],
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Model")
    }
}

impl Model {
    /// The one in the build. It is unpacked once, when the first engine asks.
    #[must_use]
    pub fn shipped() -> Self {
        let unpacked = UNPACKED.get_or_init(|| Box::new(Self::from_bytes(SHIPPED)));
        unpacked.clone()
    }

    /// A file of weights: contract, thresholds, packed weights. Missing bytes
    /// are zeros.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let long = |at: usize| {
            let four = bytes.get(at..).and_then(|rest| rest.first_chunk());
            four.copied().unwrap_or_default()
        };
        let sum = |at| i32::from_le_bytes(long(at));
        Self {
            weights: unpack(bytes.get(HEAD..).unwrap_or_default(), 1 << BITS).into(),
            known: Known::new(),
            contract: u32::from_le_bytes(long(0)),
            least: [sum(4), sum(8), sum(12)],
        }
    }

    /// What it makes of one reading: nothing where it is far from an attack, or
    /// a detector knows it, or the value is a document.
    #[must_use]
    pub fn weigh(&self, open: &Open<'_>) -> Option<Evidence> {
        let shape = open.texture.shape();
        if open.score >= KNOWN || self.least.get(shape).is_none_or(|least| *least >= NEVER) {
            return None;
        }
        let stretch = read(self, open.text);
        let score = score(self.over(shape, open.score, stretch.units()))?;
        Some(Evidence::new(CODE, score, stretch.start, stretch.end))
    }

    /// How far the sum of a value of this shape, which the detectors gave `score`,
    /// is over the least of an attack: in [`UNIT`]s.
    #[must_use]
    pub fn over(&self, shape: usize, score: u16, units: i32) -> i32 {
        if score >= KNOWN {
            return NEVER.saturating_neg();
        }
        let least = self.least.get(shape).copied().unwrap_or(NEVER);
        units.saturating_sub(least)
    }

    #[inline]
    fn weight(&self, gram: u32) -> i32 {
        let index = usize::try_from(gram).unwrap_or(usize::MAX);
        let byte = self.weights.get(index).copied().unwrap_or_default();
        i32::from(i8::from_le_bytes([byte]))
    }
}

/// The stretch of a text that reads most like an attack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// In [`UNIT`]s, times `1 << FINE`.
    sum: i32,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Stretch {
    /// Its sum in [`UNIT`]s.
    #[must_use]
    pub fn units(&self) -> i32 {
        self.sum >> FINE
    }
}

/// Which grams the stretch at hand has had: a gram counts once.
struct Had([u32; Had::SIZE]);

impl Had {
    const SIZE: usize = 256;

    fn new() -> Self {
        Self([0; Self::SIZE])
    }

    /// Notes `gram` for the stretch numbered `stretch`; `false` if it was there.
    #[inline]
    fn note(&mut self, stretch: u32, gram: u32) -> bool {
        let index = usize::try_from(gram).unwrap_or_default() % Self::SIZE;
        let mark = stretch.wrapping_shl(BITS) | gram;
        match self.0.get_mut(index) {
            Some(slot) if *slot != mark => {
                *slot = mark;
                true
            }
            _ => false,
        }
    }
}

/// The grams that end with a token.
struct Window([Token; 5]);

impl Window {
    fn new() -> Self {
        Self([Token::default(); 5])
    }

    #[inline]
    fn push(&mut self, token: Token) -> [u32; GRAMS] {
        self.0.rotate_right(1);
        if let Some(first) = self.0.first_mut() {
            *first = token;
        }
        let [now, one, two, three, four] = self.0;
        let exact = |first: u32, second: u32, third: u32, salt: u32| {
            place(
                first
                    ^ second.wrapping_mul(0x85eb_ca6b)
                    ^ third.wrapping_mul(0xc2b2_ae35).rotate_left(11)
                    ^ salt,
            )
        };
        let classes = now.class
            ^ one.class.wrapping_mul(0x27d4_eb2f)
            ^ two.class.wrapping_mul(0x1656_67b1).rotate_left(7)
            ^ three.class.wrapping_mul(0x9e37_79b1).rotate_left(19);
        let mixed = now.exact ^ three.class.wrapping_mul(0x2c1b_3c6d);
        [
            exact(now.exact, 0, 0, 0x1000_0051),
            exact(now.exact, one.exact, 0, 0x2000_0052),
            exact(now.exact, one.exact, two.exact, 0x3000_0053),
            place(classes ^ 0x4000_0054),
            place(classes ^ four.class.wrapping_mul(0x58f3_8ded).rotate_left(3) ^ 0x5000_0055),
            exact(mixed, one.class, two.exact, 0x6000_0056),
        ]
    }
}

/// The place of a gram's weight.
#[inline]
fn place(gram: u32) -> u32 {
    let mixed = (gram ^ gram >> 15).wrapping_mul(0x2c92_77b5);
    (mixed ^ mixed >> 13).wrapping_mul(0x9e37_79b1) >> (32_u32.wrapping_sub(BITS))
}

/// The tokens of `text` and an end.
fn tokens<'t>(text: &'t [u8], known: &'t Known) -> impl Iterator<Item = Token> + 't {
    let end = Token {
        exact: 0x7f4a_7c15,
        class: 0x7f4a_7c15,
        start: text.len(),
        end: text.len(),
    };
    Tokens::of(text, known).chain(core::iter::once(end))
}

/// The stretch of `text` that `model` finds most like an attack.
#[must_use]
pub fn read(model: &Model, text: &[u8]) -> Stretch {
    tick(text.len());
    let mut had = Had::new();
    let mut window = Window::new();
    let mut best = Stretch {
        sum: i32::MIN,
        ..Stretch::default()
    };
    let (mut sum, mut start, mut number) = (0_i32, 0_usize, 0_u32);
    for token in tokens(text, &model.known) {
        if sum <= 0 {
            number = number.wrapping_add(1);
            sum = 0;
        }
        // what says next to nothing is no part of the place
        if sum < LITTLE {
            start = token.start;
        }
        let mut more = 0_i32;
        for gram in window.push(token) {
            if had.note(number, gram) {
                more = more.saturating_add(model.weight(gram));
            }
        }
        let kept = sum.saturating_sub(sum >> LEAK);
        sum = kept.saturating_add(more.wrapping_shl(FINE));
        if sum > best.sum {
            best = Stretch {
                sum,
                start,
                end: token.end,
            };
        }
    }
    best
}

/// A belief from how far a sum is over the least of an attack.
fn score(over: i32) -> Option<u16> {
    // 800 for each logit: half at the least sum, never as sure as a detector
    let belief = over.saturating_mul(800 / UNIT).saturating_add(5000);
    (belief >= 4200).then(|| u16::try_from(belief.min(i32::from(SUREST))).unwrap_or_default())
}

/// Every gram of `text`, token by token.
pub fn each_gram(text: &[u8], visit: &mut dyn FnMut([u32; GRAMS])) {
    let (mut window, known) = (Window::new(), Known::new());
    for token in tokens(text, &known) {
        visit(window.push(token));
    }
}

/// A number that changes when a text's grams do: weights are of use only with
/// the features they were trained for.
#[must_use]
pub fn contract() -> u32 {
    let mut sum = 0x811c_9dc5_u32;
    for list in words::LISTS {
        each_gram(list.as_bytes(), &mut |grams| {
            for gram in grams {
                sum = (sum ^ gram).wrapping_mul(0x0100_0193);
            }
        });
    }
    let signs: [u8; 256] = core::array::from_fn(|byte| u8::try_from(byte).unwrap_or_default());
    each_gram(&signs, &mut |grams| {
        for gram in grams {
            sum = (sum ^ gram).wrapping_mul(0x0100_0193);
        }
    });
    sum ^ LEAK ^ FINE << 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn sum(text: &str) -> i32 {
        read(&Model::shipped(), text.as_bytes()).units()
    }

    #[test]
    fn weights_are_of_these_features() {
        assert_eq!(
            Model::shipped().contract,
            contract(),
            "run `make train`: features have changed since the weights were trained"
        );
    }

    #[test]
    fn attacks_weigh_more_than_what_people_write() {
        let [least, ..] = Model::shipped().least;
        for text in [
            "' or 'a'='a' union select null,null--",
            "<svg/onload=alert(1)>",
            "1; exec master..xp_cmdshell 'dir'--",
        ] {
            assert!(sum(text) >= least, "{text}: {} {least}", sum(text));
        }
        for text in [
            "",
            "a",
            "O'Neill & Sons",
            "I'd like 1 or 2 of these, please",
            "select a plan from the list",
            "2024-01-31T10:00:00Z",
            "<p>Hello <b>you</b></p>",
        ] {
            assert!(sum(text) < least, "{text}: {} {least}", sum(text));
        }
    }

    #[test]
    fn text_around_dilutes_nothing() {
        let attack = "' union select 1,2,password from users--";
        let padded = [
            &"all is well. ".repeat(50),
            attack,
            &" all is well.".repeat(50),
        ]
        .concat();
        let [least, ..] = Model::shipped().least;
        let stretch = read(&Model::shipped(), padded.as_bytes());
        assert!(stretch.units() >= least);
        assert!(stretch.start >= 600 && stretch.end <= 760, "{stretch:?}");
    }

    #[test]
    fn beliefs_rise_with_sums() {
        assert_eq!(score(0), Some(5000));
        assert_eq!(score(-1), Some(4950));
        assert_eq!(score(-20), None);
        assert_eq!(score(i32::MAX), Some(SUREST));
        assert_eq!(score(i32::MIN), None);
        let beliefs: Vec<_> = (-60..60).filter_map(score).collect();
        assert!(beliefs.is_sorted());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(text: Vec<u8>, weights: Vec<u8>) {
            for model in [Model::shipped(), Model::from_bytes(&weights)] {
                let stretch = read(&model, &text);
                prop_assert!(stretch.start <= stretch.end && stretch.end <= text.len());
            }
            let folded = String::from_utf8_lossy(&text).to_ascii_uppercase();
            prop_assert_eq!(
                read(&Model::shipped(), folded.as_bytes()).units(),
                sum(&folded.to_ascii_lowercase())
            );
        }
    }
}
