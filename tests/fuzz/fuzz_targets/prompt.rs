//! Prompts: any text has a belief, the same each time, from a window that is in
//! it; what is found costs no more than the text is long, and a bar that is lower
//! believes no less.
#![no_main]

use doorward_core::pack::Pack;
use doorward_core::rules::detect_prompt_injection::judge;
use doorward_core::text::cursor::steps;
use doorward_core::text::prompt::{Bar, Model};
use libfuzzer_sys::fuzz_target;

static PACK: &[u8] = include_bytes!("../../../core/packs/prompt.bin");

/// Steps for each byte of the text, and for each text, at most.
const STEPS: usize = 3000;
const ALWAYS: usize = 100_000;

fuzz_target!(|text: &[u8]| {
    let pack = Pack::parse(PACK).expect("the pack");
    let model = Model::parse(pack.body()).expect("its body");
    let mut said = None;
    let took = steps::of(|| said = Some(judge(&model, text, Bar::User)));
    assert!(
        took <= ALWAYS + STEPS * text.len(),
        "{took} steps for {} bytes",
        text.len()
    );
    let (score, read) = said.expect("a verdict");
    assert!(score.get() < 10_000);
    assert!(read.start <= read.end && read.end <= text.len(), "{read:?}");
    assert_eq!(judge(&model, text, Bar::User), (score, read));
    // a tool has no business to instruct
    assert!(judge(&model, text, Bar::Tool).0 >= score);
});
