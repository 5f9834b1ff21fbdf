//! Path patterns of a policy: `*` stands for anything, letters match in either
//! case and a slash at the end does not count, because frameworks route so.

/// Whether the (decoded) path is one that the pattern means.
#[must_use]
pub fn matches(pattern: &str, path: &[u8]) -> bool {
    let (mut pattern, mut path) = (end(pattern.as_bytes()), end(path));
    // where to go on when what follows the last star fits nowhere
    let mut back: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, path) {
            ([b'*', after @ ..], _) => {
                back = Some((after, path));
                pattern = after;
            }
            ([a, after @ ..], [b, rest @ ..]) if a.eq_ignore_ascii_case(b) => {
                (pattern, path) = (after, rest);
            }
            ([], []) => return true,
            _ => {
                let Some((after, [_, rest @ ..])) = back else {
                    return false;
                };
                back = Some((after, rest));
                (pattern, path) = (after, rest);
            }
        }
    }
}

fn end(path: &[u8]) -> &[u8] {
    match path {
        [rest @ .., b'/'] if !rest.is_empty() => rest,
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, path, fits) in [
            ("/a", "/a", true),
            ("/a", "/A/", true),
            ("/a/", "/a", true),
            ("/", "/", true),
            ("/a", "/ab", false),
            ("/a/*", "/a/b/c", true),
            ("/a/*", "/a", false),
            ("/a*", "/a", true),
            ("*", "/", true),
            ("/*/x/*", "/a/x/x", true),
            ("/*/x", "/a/y", false),
            ("", "/", false),
        ] {
            assert_eq!(matches(pattern, path.as_bytes()), fits, "{pattern} {path}");
        }
    }
}
