use super::*;
use crate::units::Millis;
use alloc::vec::Vec;

#[test]
fn beliefs_rise_with_sums() {
    let beliefs: Vec<u16> = (0..400).map(|sum| score(sum).get()).collect();
    assert!(beliefs.is_sorted());
    assert_eq!(score(0), Score::ZERO);
    assert!(score(LEAST - 1).get() < 5_000 && score(LEAST).get() >= 8_000);
}

#[test]
fn there_is_a_weight_for_each_sign_and_a_bit() {
    assert!(SIGNS.len() <= 64);
    assert_eq!(
        SHIPPED.len(),
        SIGNS.len(),
        "signs changed: run `make train`"
    );
}

#[test]
fn no_weak_sign_decides_and_what_is_stripped_never_does() {
    let model = Model::shipped();
    let sum_of = |strength: Strength| {
        let those = SIGNS.iter().filter(|sign| sign.strength() == strength);
        those.map(|sign| model.weight(*sign)).collect::<Vec<u16>>()
    };
    assert!(sum_of(Strength::Weak).iter().all(|w| *w < LEAST));
    assert!(sum_of(Strength::Missing).iter().all(|w| *w < LEAST));
    // an encoding is missing or has one coding, not both
    let mut stripped = sum_of(Strength::Stripped);
    stripped.sort_unstable();
    assert!(stripped.iter().skip(1).sum::<u16>() < LEAST);
}

#[test]
fn a_version_is_unreleased_only_before_the_table() {
    let before = Millis(known::DATE.0 - 15 * 24 * 60 * 60 * 1000);
    let after = Millis(known::DATE.0 - 13 * 24 * 60 * 60 * 1000);
    for engine in [Engine::Chromium, Engine::Gecko, Engine::WebKit] {
        assert!(known::unreleased(engine, 900, Some(before)));
        assert!(!known::unreleased(engine, 900, Some(after)));
        assert!(!known::unreleased(engine, 900, None));
        assert!(!known::unreleased(
            engine,
            known::newest(engine),
            Some(Millis(0))
        ));
    }
}
