//! The same policy and frames natively and in the module that JavaScript hosts
//! load: the same bytes (law 2).
#![no_main]

use doorward_core::engine::Step;
use doorward_core::ids::Ids;
use doorward_core::need::{Embedded, Facts};
use doorward_core::settle;
use doorward_core::store::Memory;
use doorward_fuzz::engine;
use doorward_fuzz::input::Case;
use doorward_fuzz::module::{RANDOM, Shell};
use doorward_fuzz::policies::Policy;
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

thread_local! {
    static SHELL: RefCell<Shell> = RefCell::new(Shell::load());
}

fuzz_target!(|bytes: &[u8]| {
    let case = Case::read(bytes);
    let policy = Policy::read(case.rules);
    let text = policy.text(|_| true);
    let native = engine(&text, policy.dry_run);
    let mut ids = Ids::new([RANDOM; 16]);
    let mut store = Memory::new(
        native.policy().store_bytes(),
        u64::from_le_bytes([RANDOM; 8]),
    );
    let mut decide = |frame: &[u8]| {
        let mut world = Embedded {
            store: &mut store,
            lost: false,
        };
        match native.conclude(
            native.judge_with(frame, Facts::NONE),
            || ids.next_id(),
            &mut world,
        ) {
            Step::Decided(decision) if decision.reserved.is_empty() => {
                format!("{}{}", decision.letter(), decision.to_json())
            }
            Step::Decided(decision) => {
                let reserved = settle::write(&decision.reserved);
                format!("{}{}\nR{reserved}", decision.letter(), decision.to_json())
            }
            Step::Needs(_) => panic!("the embedded store answers inside the call"),
        }
    };
    SHELL.with_borrow_mut(|shell| {
        let mut ward = shell.ward(&text, policy.dry_run);
        let [canonical, hash, reads] = ward.says();
        assert_eq!(canonical, native.policy().canonical());
        assert_eq!(hash, native.policy().hash());
        assert_eq!(reads, native.reads(Some("")));
        for sent in &case.requests {
            let frame = sent.frame();
            assert_eq!(ward.decide(&frame), decide(&frame));
        }
        // no frame at all
        assert_eq!(ward.decide(bytes), decide(bytes));
    });
});
