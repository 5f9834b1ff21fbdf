//! Phrases of shells that are written for one purpose: functions smuggled
//! through the environment (CVE-2014-6271), blanks as `${IFS}`, shells that are
//! given something to run or connected to a socket.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{each_of_ci, is_space, starts_with_ci};

/// Things that are written for no other purpose: needle, code, belief in a
/// short value and in a text.
const IDIOMS: [(&[u8], &str, u16, u16); 14] = [
    (b"() { :;", "shield.rce.shellshock", 9000, 4500),
    (b"() {", "shield.rce.shellshock", 9500, 3000),
    (b"(){:;}", "shield.rce.shellshock", 9800, 5000),
    (b"${ifs", "shield.rce.substitution", 9300, 4000),
    (b"$ifs", "shield.rce.substitution", 8500, 3500),
    (b"/dev/tcp/", "shield.rce.reverse", 9500, 4500),
    (b"/bin/sh", "shield.rce.command", 8000, 2500),
    (b"/bin/bash", "shield.rce.command", 8000, 2500),
    (b"/bin/cat ", "shield.rce.command", 8500, 2500),
    (b"/bin/ls", "shield.rce.command", 7500, 2500),
    (b"cmd.exe", "shield.rce.command", 8000, 2500),
    (b"cmd /c", "shield.rce.command", 8000, 2500),
    (b"powershell -", "shield.rce.command", 8500, 2500),
    (b"powershell.exe", "shield.rce.command", 8000, 2500),
];

/// Adds what `text` shows to `best`.
pub(super) fn find_in(text: &[u8], texture: Texture, best: &mut Strongest) {
    let runs = text.contains(&b'}') && text.contains(&b';');
    each_of_ci(text, &IDIOMS.map(|idiom| idiom.0), &mut |index, at| {
        let Some((needle, code, score, in_text)) = IDIOMS.get(index).copied() else {
            return;
        };
        // `() {` alone is an empty function; with a command behind `;` it is not
        if needle == b"() {" && !(at == 0 && runs && is_smuggled(text)) {
            return;
        }
        // a shell's name alone is a setting, and the first line of a script
        let named = needle.starts_with(b"/bin/") && needle.ends_with(b"sh");
        let prompt = needle == b"cmd.exe" && !is_started(text, at, needle.len());
        let score = if prompt || (named && !takes_input(text, at, needle.len())) {
            4500
        } else {
            score
        };
        let score = texture.weigh(score, in_text, in_text.min(3000));
        best.add(Evidence::new(
            code,
            score,
            at,
            at.saturating_add(needle.len()),
        ));
    });
}

/// `() { :; }; …`: the body does nothing, and a command follows it.
fn is_smuggled(text: &[u8]) -> bool {
    let Some(close) = text.iter().position(|b| *b == b'}') else {
        return false;
    };
    let body = text.get(4..close).unwrap_or_default().trim_ascii();
    if body == b":;" {
        return true;
    }
    let behind = text.get(close.saturating_add(1)..).unwrap_or_default();
    body.len() <= 40 && !body.contains(&b'\n') && behind.trim_ascii().len() > 1
}

/// `cmd.exe` with something to do, or behind nothing but a path.
fn is_started(text: &[u8], at: usize, length: usize) -> bool {
    let before = text.get(at.saturating_sub(200)..at).unwrap_or_default();
    let behind = text.get(at.saturating_add(length)..).unwrap_or_default();
    let behind = behind.trim_ascii_start();
    matches!(behind, [b'/' | b'+' | b'<' | b'&' | b'|', ..]) || !before.iter().any(|b| is_space(*b))
}

/// `/bin/sh -i`, `-e /bin/sh`, `|/bin/sh`: the shell is given something to run.
fn takes_input(text: &[u8], at: usize, length: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    let behind = text.get(at.saturating_add(length)..).unwrap_or_default();
    // `/bin/shutdown`
    if behind.first().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    let behind = behind.trim_ascii_start();
    let option = starts_with_ci(behind, b"-c") || starts_with_ci(behind, b"-i");
    // `#!` and `SHELL=` name it
    let script = before.ends_with(b"#!") || before.ends_with(b"=") || before.ends_with(b"(");
    let fed = before.ends_with(b"-e") || before.ends_with(b"|") || before.ends_with(b"exec");
    (option || fed || behind.starts_with(b"<") || before.ends_with(b"$0")) && !script
}
