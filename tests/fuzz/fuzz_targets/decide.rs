//! Requests through a policy: laws 1 to 5, 7 and 8.
#![no_main]

use doorward_core::decision::{Conclusion, Mode};
use doorward_core::engine::Step;
use doorward_core::need::{Facts, Need, Nobody, Replies, Reply, World};
use doorward_core::units::Millis;
use doorward_fuzz::check::{self, fell_back, live_part};
use doorward_fuzz::input::Case;
use doorward_fuzz::policies::{Policy, claims};
use doorward_fuzz::{decide, engine, memory};
use libfuzzer_sys::fuzz_target;

/// A store that is down, for law 7.
struct Down;

impl World for Down {
    fn answer(&mut self, _: &Need, _: Millis) -> Option<Reply> {
        Some(Reply::Failed("down".into()))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let case = Case::read(bytes);
    let policy = Policy::read(case.rules);
    let all = engine(&policy.text(|_| true), policy.dry_run);
    let live = engine(&policy.text(|live| live), false);
    let (mut store, mut again, mut of_live) = (memory(), memory(), memory());
    let mut remembered = store.export();

    // law 1: bytes that are no frame, too
    check::decision(&all, &decide(&all, &mut memory(), bytes), bytes);

    for sent in &case.requests {
        let frame = sent.frame();
        let decision = decide(&all, &mut store, &frame);
        check::decision(&all, &decision, &frame);

        // law 2
        let line = decision.to_json();
        assert_eq!(line, decide(&all, &mut again, &frame).to_json());

        // law 4: what a rule without quota denies takes none, not even a dry run's
        let denied_locally = decision.results.iter().any(|result| {
            let limit = matches!(result.rule, "fixedWindow" | "slidingWindow" | "tokenBucket");
            result.mode == Mode::Live && result.conclusion == Conclusion::Deny && !limit
        });
        let before = core::mem::replace(&mut remembered, store.export());
        assert!(
            !denied_locally || before == remembered,
            "a denied request took quota: {line}"
        );

        // law 8
        for (place, result) in decision.results.iter().enumerate() {
            if claims(policy.rule(place))
                && !result.undetermined
                && !fell_back(&result.reason.details)
            {
                assert_ne!(
                    result.conclusion,
                    Conclusion::Deny,
                    "by a claim alone: {line}"
                );
            }
        }

        // laws 3 and 9: needs are bounded, and asked once
        if let Step::Needs(needs) = all.conclude(
            all.judge_with(&frame, Facts::NONE),
            String::new,
            &mut Nobody,
        ) {
            assert!(!denied_locally && needs.len() <= policy.len());
            let mut fallback = memory();
            let text = String::from_utf8_lossy(&sent.body);
            let mut world = Replies::new(Facts::parse(&text).closed(), &mut fallback);
            let step = all.conclude(
                all.judge_with(&frame, Facts::NONE),
                || "id".into(),
                &mut world,
            );
            let Step::Decided(decision) = step else {
                panic!("asked again")
            };
            check::decision(&all, &decision, &frame);
        }

        // law 7
        let step = all.conclude(
            all.judge_with(&frame, Facts::NONE),
            || "id".into(),
            &mut Down,
        );
        let Step::Decided(down) = step else {
            panic!("answered and asked again")
        };
        check::decision(&all, &down, &frame);

        // law 5
        if policy.dry_run {
            assert_eq!(decision.conclusion, Conclusion::Allow);
        } else {
            let alone = decide(&live, &mut of_live, &frame);
            assert_eq!(live_part(decision), live_part(alone));
        }
    }
});
