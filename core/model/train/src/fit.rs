//! Fits the weights: logistic loss on the best stretch of each text, by
//! `AdaGrad`, the payload of an attack being whichever of its texts scores most.
//!
//! Plain 64-bit arithmetic in a fixed order, no library function that differs
//! between machines.

use crate::chance::Chance;
use crate::corpus::{Corpus, Text};
use doorward_core::rules::shield::{BITS, GRAMS, LEAK};
use std::collections::BTreeMap;

const PASSES: usize = 6;
/// Passes before the steps become small.
const BOLD: usize = 3;
const STEP: f64 = 0.1;
const DECAY: f64 = 1e-6;
/// What a text has against it before a word is read.
pub(crate) const BIAS: f64 = -12.0;
/// So much of a text is read whole in the first pass.
const FIRST: usize = 48;
const SLOTS: usize = 256;

pub(crate) type Weights = Vec<f64>;

/// Which texts to learn from.
pub(crate) struct Lesson {
    /// Texts of benign requests.
    pub(crate) benign: Vec<usize>,
    /// Per attack its candidates, best guess first, and its weight.
    pub(crate) attacks: Vec<(Vec<usize>, f64)>,
}

impl Lesson {
    /// From the requests that `taken` says.
    pub(crate) fn of(corpus: &Corpus, taken: &dyn Fn(usize) -> bool) -> Self {
        let mut is_benign = vec![false; corpus.texts.len()];
        let chosen = || {
            corpus
                .requests
                .iter()
                .enumerate()
                .filter(|(n, _)| taken(*n))
        };
        for (_, request) in chosen().filter(|(_, request)| !request.attack) {
            for reading in &request.readings {
                is_benign[reading.text] = true;
            }
        }
        let mut attacks = Vec::new();
        let mut of_source: BTreeMap<usize, f64> = BTreeMap::new();
        for (_, request) in chosen().filter(|(_, request)| request.attack) {
            let mut readings: Vec<_> = request
                .readings
                .iter()
                .filter(|reading| reading.payload && !is_benign[reading.text])
                .collect();
            // the best guess first: what a detector found, what was disguised, the longest
            readings.sort_by_key(|reading| {
                let length = corpus.texts[reading.text].bytes.len();
                let key = (reading.score, reading.unfolded, length < 2000, length);
                core::cmp::Reverse(key)
            });
            if !readings.is_empty() {
                *of_source.entry(request.source).or_default() += 1.0;
                let texts = readings.iter().map(|reading| reading.text).collect();
                attacks.push((texts, request.source));
            }
        }
        let weight = |source: usize| (2000.0 / of_source[&source]).sqrt();
        Self {
            benign: (0..is_benign.len()).filter(|n| is_benign[*n]).collect(),
            attacks: attacks
                .into_iter()
                .map(|(texts, source)| (texts, weight(source)))
                .collect(),
        }
    }
}

/// `e` to the power of `x`, from `x` in -40 to 40.
fn exp(x: f64) -> f64 {
    let halvings = (x * core::f64::consts::LOG2_E).round();
    let rest = x - halvings * core::f64::consts::LN_2;
    let mut sum = 1.0;
    for n in (1..=14).rev() {
        sum = 1.0 + rest / f64::from(n) * sum;
    }
    let power = f64::from_bits((1023 + halvings as i64).cast_unsigned() << 52);
    sum * power
}

/// Which grams a stretch has had, as in core.
struct Had {
    marks: [u32; SLOTS],
    number: u32,
}

impl Had {
    fn note(&mut self, gram: u16) -> bool {
        let mark = self.number << BITS | u32::from(gram);
        let slot = &mut self.marks[usize::from(gram) % SLOTS];
        let new = *slot != mark;
        *slot = mark;
        new
    }

    fn begin(&mut self) {
        self.number = self.number.wrapping_add(1) & (u32::MAX >> BITS);
        if self.number == 0 {
            self.marks = [0; SLOTS];
            self.number = 1;
        }
    }
}

pub(crate) struct Fit {
    pub(crate) weights: Weights,
    squares: Vec<f64>,
    had: Had,
    /// The leak of so many tokens.
    leaks: Vec<f64>,
}

impl Fit {
    fn new() -> Self {
        let kept = 1.0 - 1.0 / f64::from(1 << LEAK);
        let leaks = std::iter::successors(Some(1.0), |leak| Some(leak * kept));
        Self {
            weights: vec![0.0; 1 << BITS],
            squares: vec![1e-2; 1 << BITS],
            had: Had {
                marks: [0; SLOTS],
                number: 0,
            },
            leaks: leaks.take_while(|leak| *leak > 0.02).collect(),
        }
    }

    /// The best stretch: its sum, first and last token.
    fn best(&mut self, grams: &[[u16; GRAMS]]) -> (f64, usize, usize) {
        let kept = self.leaks[1];
        let (mut sum, mut start) = (0.0, 0);
        let mut best = (f64::MIN, 0, 0);
        for (at, token) in grams.iter().enumerate() {
            if sum <= 0.0 {
                self.had.begin();
                sum = 0.0;
                start = at;
            }
            sum *= kept;
            for gram in token {
                if self.had.note(*gram) {
                    sum += self.weights[usize::from(*gram)];
                }
            }
            if sum > best.0 {
                best = (sum, start, at);
            }
        }
        best
    }

    fn whole(&mut self, grams: &[[u16; GRAMS]]) -> f64 {
        self.had.begin();
        let mut sum = 0.0;
        for gram in grams.iter().flatten() {
            if self.had.note(*gram) {
                sum += self.weights[usize::from(*gram)];
            }
        }
        sum
    }

    /// One step for one text.
    fn learn(&mut self, text: &Text, attack: bool, weight: f64, step: f64, window: Option<usize>) {
        let grams = &text.grams;
        let (sum, start, end) = match window {
            Some(start) => {
                let end = (start + FIRST).min(grams.len()) - 1;
                (self.whole(&grams[start..=end]), start, end)
            }
            None => self.best(grams),
        };
        let margin = (sum + BIAS).clamp(-30.0, 30.0);
        let belief = 1.0 / (1.0 + exp(-margin));
        let error = (belief - f64::from(u8::from(attack))) * weight;
        if error.abs() < 1e-4 {
            return;
        }
        self.had.begin();
        for (at, token) in grams.iter().enumerate().take(end + 1).skip(start) {
            let Some(leak) = self.leaks.get(end - at).copied() else {
                // too far back to matter, but had
                for gram in token {
                    self.had.note(*gram);
                }
                continue;
            };
            for gram in token {
                if self.had.note(*gram) {
                    let place = usize::from(*gram);
                    let slope = error * leak + DECAY * self.weights[place];
                    self.squares[place] += slope * slope;
                    self.weights[place] -= step * slope / (self.squares[place] + 1e-6).sqrt();
                }
            }
        }
    }
}

/// Weights for a lesson.
pub(crate) fn fit(corpus: &Corpus, lesson: &Lesson) -> Weights {
    let mut fit = Fit::new();
    for pass in 0..PASSES {
        let mut work: Vec<(usize, Option<f64>)> =
            lesson.benign.iter().map(|text| (*text, None)).collect();
        for (texts, weight) in &lesson.attacks {
            let mut chosen = (f64::MIN, texts[0]);
            if pass > 0 && texts.len() > 1 {
                for text in texts {
                    let (sum, _, _) = fit.best(&corpus.texts[*text].grams);
                    if sum > chosen.0 {
                        chosen = (sum, *text);
                    }
                }
            }
            work.push((chosen.1, Some(*weight)));
        }
        let mut chance = Chance::new(1 + pass as u64);
        chance.shuffle(&mut work);
        let step = if pass < BOLD { STEP } else { STEP * 0.3 };
        for (text, attack) in work {
            let text = &corpus.texts[text];
            let window =
                (pass == 0).then(|| chance.below((text.grams.len() + 1).saturating_sub(FIRST)));
            fit.learn(text, attack.is_some(), attack.unwrap_or(1.0), step, window);
        }
    }
    fit.weights
}
