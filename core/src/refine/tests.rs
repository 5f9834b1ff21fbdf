//! The properties that refine promises, over any levels and any results.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests may fail loudly"
)]

use super::*;
use proptest::prelude::*;

fn levels() -> impl Strategy<Value = [u8; COUNT]> {
    prop::collection::vec(0..8_u8, COUNT).prop_map(|levels| levels.try_into().unwrap())
}

fn weigh(levels: [u8; COUNT]) -> Weighed {
    Model::default().weigh(&Vector::new(levels), None)
}

#[test]
fn the_weights_are_of_this_contract() {
    assert_eq!(
        Model::default().contract(),
        contract(),
        "signals changed after training: run `make train`"
    );
}

#[test]
fn probabilities_never_fall_as_the_margin_rises() {
    let mut last = Score::ZERO;
    let model = Model::default();
    for base in (-32_000..32_000_i32).step_by(97) {
        let mut file = model.contract().to_le_bytes().to_vec();
        file.extend_from_slice(&i16::try_from(base).unwrap().to_le_bytes());
        file.extend_from_slice(model.behind_base());
        let score = Model::read(&file).weigh(&Vector::default(), None).score;
        assert!(score >= last, "{base}");
        last = score;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn monotone_in_every_declared_direction(levels in levels(), index in 0..COUNT, by in 1..4_u8) {
        let mut more = levels;
        more[index] = more[index].saturating_add(by);
        let (less, more) = (weigh(levels), weigh(more));
        if SIGNALS[index].raises {
            prop_assert!(more.margin >= less.margin && more.score >= less.score);
        } else {
            prop_assert!(more.margin <= less.margin && more.score <= less.score);
        }
    }

    #[test]
    fn contributions_and_base_are_the_margin(levels in levels()) {
        let weighed = weigh(levels);
        prop_assert_eq!(weighed.base + weighed.weights.iter().sum::<i32>(), weighed.margin);
    }

    #[test]
    fn nothing_known_weighs_nothing(levels in levels(), absent in 0..COUNT) {
        let mut without = levels;
        without[absent] = 0;
        prop_assert_eq!(weigh(without).weights[absent], 0);
        // so what is missing leaves what the rest alone justifies
        let rest: i32 = weigh(levels).weights.iter().enumerate()
            .filter(|(index, _)| *index != absent).map(|(_, weight)| weight).sum();
        prop_assert_eq!(weigh(without).margin, weigh(levels).base + rest);
    }
}
