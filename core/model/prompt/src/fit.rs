//! Fits the weights: logistic loss on the best window of each text, by `AdaGrad`.
//!
//! Plain arithmetic in a fixed order, no library function that differs between
//! machines.

use crate::chance::Chance;
use crate::corpus::Text;
use doorward_core::text::prompt::SLOTS_BITS;

const PASSES: usize = 6;
const STEP: f32 = 0.12;
const DECAY: f32 = 2e-6;

/// One text to learn.
pub(crate) struct Lesson {
    pub(crate) text: usize,
    pub(crate) attack: bool,
    pub(crate) weight: f32,
}

pub(crate) struct Weights {
    pub(crate) bias: f32,
    pub(crate) of: Vec<f32>,
}

/// `e` to the power of `x`, from `x` in -40 to 40.
pub(crate) fn exp(x: f64) -> f64 {
    let halvings = (x * core::f64::consts::LOG2_E).round();
    let rest = x - halvings * core::f64::consts::LN_2;
    let mut sum = 1.0;
    for n in (1..=14).rev() {
        sum = 1.0 + rest / f64::from(n) * sum;
    }
    let power = f64::from_bits((1023 + halvings as i64).cast_unsigned() << 52);
    sum * power
}

impl Weights {
    pub(crate) fn sum(&self, window: &[u32]) -> f32 {
        let mut sum = self.bias;
        for feature in window {
            sum += self.of[*feature as usize];
        }
        sum
    }

    /// The best window and its sum.
    pub(crate) fn best(&self, text: &Text) -> (usize, f32) {
        let mut best = (0, f32::MIN);
        for number in 0..text.len() {
            let sum = self.sum(text.window(number));
            if sum > best.1 {
                best = (number, sum);
            }
        }
        best
    }
}

/// Weights learnt from `lessons`.
pub(crate) fn fit(texts: &[Text], lessons: &[Lesson]) -> Weights {
    let mut weights = Weights {
        bias: -2.0,
        of: vec![0.0; 1 << SLOTS_BITS],
    };
    let mut squares = vec![1e-2_f32; 1 << SLOTS_BITS];
    let mut bias_squares = 1.0_f32;
    let mut chance = Chance::new(7);
    let mut order: Vec<usize> = (0..lessons.len()).collect();
    for pass in 0..PASSES {
        chance.shuffle(&mut order);
        let step = if pass < 3 { STEP } else { STEP / 3.0 };
        for number in &order {
            let lesson = &lessons[*number];
            let text = &texts[lesson.text];
            if text.len() == 0 || (pass == 0 && lesson.attack && text.len() > 3) {
                continue;
            }
            let (best, _) = weights.best(text);
            let mut learn = |window: &[u32], weight: f32| {
                let sum = f64::from(weights.sum(window)).clamp(-30.0, 30.0);
                let belief = (1.0 / (1.0 + exp(-sum))) as f32;
                let slope = (belief - f32::from(u8::from(lesson.attack))) * weight;
                if slope.abs() < 1e-4 {
                    return;
                }
                bias_squares += slope * slope;
                weights.bias -= step * slope / bias_squares.sqrt();
                for feature in window {
                    let at = *feature as usize;
                    let slope = slope + DECAY * weights.of[at];
                    squares[at] += slope * slope;
                    weights.of[at] -= step * slope / squares[at].sqrt();
                }
            };
            learn(text.window(best), lesson.weight);
            if !lesson.attack && text.len() > 1 {
                let other = chance.below(text.len());
                if other != best {
                    learn(text.window(other), lesson.weight);
                }
            }
        }
    }
    weights
}
