//! As much HTTP/1.1 as it takes to know what to expect.

/// The requests that the bytes are, where that is beyond doubt: each head is
/// plain and each body has the length it says. Of each: is it a HEAD, whose
/// answer has no body? `None` for everything else, so the client hangs up.
pub(super) fn whole(mut bytes: &[u8]) -> Option<Vec<bool>> {
    let mut requests = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = cut(bytes, b"\r\n\r\n")?;
        let mut length = None;
        for (number, line) in head.split(|byte| *byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if number == 0 {
                if !line.ends_with(b" HTTP/1.1") || line.split(|byte| *byte == b' ').count() != 3 {
                    return None;
                }
                continue;
            }
            let (name, value) = cut(line, b":")?;
            let name = name.to_ascii_lowercase();
            match name.as_slice() {
                b"content-length" if length.is_none() => {
                    let text = core::str::from_utf8(value.trim_ascii()).ok()?;
                    length = Some(text.parse::<usize>().ok()?);
                }
                b"content-length" | b"transfer-encoding" | b"expect" | b"upgrade"
                | b"connection" => {
                    return None;
                }
                _ => {}
            }
        }
        let body = length.unwrap_or(0);
        // a host may have nothing to say to a CONNECT
        if head.starts_with(b"CONNECT ") {
            return None;
        }
        requests.push(head.starts_with(b"HEAD "));
        bytes = rest.get(body..)?;
    }
    Some(requests)
}

/// An answer: its status, the application's reason code if it is its own,
/// whether the connection ends with it, and how long it is.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) last: bool,
    pub(super) length: usize,
}

/// The first whole answer in the bytes, to a HEAD or not; interim ones are skipped.
pub(super) fn answer(bytes: &[u8], to_head: bool) -> Option<Answer> {
    let mut skipped = 0;
    loop {
        let rest = bytes.get(skipped..)?;
        let (head, body) = cut(rest, b"\r\n\r\n")?;
        let mut lines = head.split(|byte| *byte == b'\n');
        let first = String::from_utf8_lossy(lines.next()?).into_owned();
        let status = first.split(' ').nth(1)?.trim().parse().ok()?;
        if (100..200).contains(&status) {
            skipped += head.len() + 4;
            continue;
        }
        let (mut code, mut length, mut last) = (None, None, false);
        for line in lines {
            let Some((name, value)) = cut(line, b":") else {
                continue;
            };
            let value = String::from_utf8_lossy(value).trim().to_owned();
            match name.to_ascii_lowercase().as_slice() {
                b"content-length" => length = value.parse::<usize>().ok(),
                b"connection" => last = value.eq_ignore_ascii_case("close"),
                b"x-mutated" => code = Some(value),
                _ => {}
            }
        }
        // without a length it reaches to the end
        let body = match length {
            _ if to_head => 0,
            Some(length) if !last => length,
            _ => body.len(),
        };
        let length = skipped + head.len() + 4 + body;
        return (length <= bytes.len()).then_some(Answer {
            status,
            code,
            last: last || first.starts_with("HTTP/1.0"),
            length,
        });
    }
}

/// What is before and after the first `mark`.
fn cut<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes
        .windows(mark.len())
        .position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}
