//! Messages of real users full of the words that attacks are made of: none is
//! taken for one. They are in `tests/prompts`, a message a line, and no weights were
//! trained on them.
#![allow(clippy::expect_used, reason = "a failing test panics")]

use doorward_core::rules::detect_prompt_injection::{PACK, judge};
use doorward_core::text::prompt::{Bar, Model};
use doorward_core::units::Score;
use doorward_tests::{folder, packs};
use std::path::Path;

const AT_LEAST: usize = 200;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("readable")
}

#[test]
fn harmless_messages_pass() {
    let packs = packs();
    let pack = packs.get(PACK).expect("the pack");
    let model = Model::parse(pack.body()).expect("its body");
    let templates = read(&folder().join("../../core/model/prompt/benign.txt"));
    let (mut asked, mut denied) = (0, Vec::new());
    let files = std::fs::read_dir(folder().join("../prompts")).expect("tests/prompts");
    let mut files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    files.sort();
    for file in files {
        for line in read(&file).lines() {
            asked += 1;
            assert!(!templates.contains(line), "learnt by heart: {line}");
            let (score, read) = judge(&model, line.as_bytes(), Bar::User);
            if score >= Score::ten_thousandths(5000) {
                denied.push(format!("{score} {:?} {line}", read.disguise));
            }
        }
    }
    assert!(asked >= AT_LEAST, "{asked}");
    assert!(denied.is_empty(), "{}", denied.join("\n"));
}
