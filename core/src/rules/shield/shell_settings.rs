//! What a command stands in: prose beside it, a question about it, a step of a
//! build, the address of data, a probe and nothing else.

use crate::text::cursor::{is_space, is_word};
use crate::text::shell::{Invocation, Mark};

/// A payload of prose that is nothing but prose: behind its last words, or in
/// front of a comment that cuts it off. Where it starts and ends.
pub(super) fn beside_prose(text: &[u8]) -> Option<(usize, usize)> {
    const LONGEST: usize = 100;
    let speaks = |b: &u8| {
        b.is_ascii_alphanumeric()
            || !b.is_ascii()
            || matches!(b, b' ' | b',' | b'.' | b'!' | b'?' | b'-' | b'\n' | b'\r')
    };
    let prose = |part: &[u8]| part.iter().all(|b| speaks(b) || *b == b'\'');
    let head = text.get(..LONGEST.min(text.len())).unwrap_or_default();
    if let Some(comment) = head.windows(3).position(|three| three == b" # ")
        && prose(text.get(comment.saturating_add(3)..).unwrap_or_default())
    {
        return Some((0, comment));
    }
    let start = text.len().saturating_sub(LONGEST);
    let tail = text.get(start..).unwrap_or_default();
    let first = start.saturating_add(tail.iter().position(|b| !speaks(b))?);
    let last = tail
        .iter()
        .any(|b| matches!(b, b';' | b'|' | b'&' | b'`' | b'$'));
    (last && prose(text.get(..first).unwrap_or_default())).then_some((first, text.len()))
}

/// `; echo pwned` and nothing else.
pub(super) fn is_probe(text: &[u8], found: &Invocation) -> bool {
    let name = text.get(found.start..found.end).unwrap_or_default();
    let words = text.split(|b| !is_word(*b)).filter(|w| !w.is_empty());
    text.len() <= 40 && found.start <= 2 && name.ends_with(b"echo") && words.count() == 2
}

/// `data:image/png;base64`
pub(super) fn is_data(before: &[u8]) -> bool {
    let near = before.get(before.len().saturating_sub(64)..);
    near.is_some_and(|near| {
        near.ends_with(b";base64") && near.windows(5).any(|five| five == b"data:")
    })
}

/// `cat /etc/hosts meaning`: words of a question about a command.
pub(super) fn is_asked_about(text: &[u8]) -> bool {
    const ASKING: [&[u8]; 14] = [
        b"vs",
        b"versus",
        b"meaning",
        b"works",
        b"work",
        b"does",
        b"doesn't",
        b"is",
        b"how",
        b"why",
        b"what",
        b"explained",
        b"example",
        b"but",
    ];
    text.len() <= 120
        && !text
            .iter()
            .any(|b| matches!(b, b';' | b'|' | b'&' | b'>' | b'\n'))
        && text
            .split(|b| is_space(*b))
            .skip(1)
            .any(|word| ASKING.contains(&word))
}

/// A step of a Dockerfile.
pub(super) fn is_built(text: &[u8], found: &Invocation) -> bool {
    if !text.starts_with(b"FROM ") || found.mark != Mark::Separator {
        return false;
    }
    let before = text.get(found.start.saturating_sub(400)..found.start);
    let line = before.and_then(|before| before.rsplit(|b| *b == b'\n').next());
    line.is_some_and(|line| line.starts_with(b"RUN "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_beside_prose() {
        assert_eq!(beside_prose(b"we met, and the dog; id"), Some((19, 23)));
        assert_eq!(beside_prose(b"; env # good morning"), Some((0, 5)));
        assert_eq!(beside_prose(b"we met, and the dog left"), None);
    }
}
