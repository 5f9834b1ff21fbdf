//! What an `Accept` header (RFC 9110) would rather read. Linear and total.

/// What of the header is read.
const MAX_ACCEPT: usize = 4096;

/// How much a media type is wanted: in thousandths, and by how exact a range.
type Wanted = (u16, u8);

/// Whether a page is wanted more than JSON. Where both are wanted alike, the
/// one that is named wins over the one that a wildcard covers.
pub(super) fn prefers_html(accept: &[u8]) -> bool {
    let accept = accept.get(..MAX_ACCEPT).unwrap_or(accept);
    let (mut html, mut json) = (None, None);
    for element in split(accept, b',') {
        let mut parts = split(element, b';').map(<[u8]>::trim_ascii);
        let range = parts.next().unwrap_or_default();
        let is = |name: &str| range.eq_ignore_ascii_case(name.as_bytes());
        let Some(quality) = quality(parts) else {
            continue;
        };
        let of_html = match () {
            () if is("text/html") => Some(2),
            () if is("text/*") => Some(1),
            () if is("*/*") => Some(0),
            () => None,
        };
        let of_json = match () {
            () if is("application/problem+json") || is("application/json") => Some(2),
            () if is("application/*") => Some(1),
            () if is("*/*") => Some(0),
            () => None,
        };
        html = html.max(of_html.map(|exact: u8| (exact, quality)));
        json = json.max(of_json.map(|exact: u8| (exact, quality)));
    }
    // the most exact range says how much a type is wanted
    let wanted = |best: Option<(u8, u16)>| -> Wanted {
        best.map_or((0, 0), |(exact, quality)| (quality, exact))
    };
    let html = wanted(html);
    html.0 > 0 && html > wanted(json)
}

/// The weight among an element's parameters; none where it is malformed.
fn quality<'a>(mut parameters: impl Iterator<Item = &'a [u8]>) -> Option<u16> {
    let weight = parameters.find_map(|parameter| match parameter {
        [b'q' | b'Q', b'=', weight @ ..] => Some(weight),
        _ => None,
    });
    let (unit, decimals) = match weight {
        None => return Some(1000),
        Some([unit]) => (unit, &[][..]),
        Some([unit, b'.', decimals @ ..]) if decimals.len() <= 3 => (unit, decimals),
        Some(_) => return None,
    };
    let digits = [*unit]
        .into_iter()
        .chain(decimals.iter().copied())
        .chain([b'0'; 3])
        .take(4);
    let thousandths = digits
        .map(|digit| char::from(digit).to_digit(10))
        .try_fold(0_u32, |sum, digit| {
            Some(sum.saturating_mul(10).saturating_add(digit?))
        })?;
    u16::try_from(thousandths).ok().filter(|n| *n <= 1000)
}

/// The parts between separators that are outside of quotes.
fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escape) = (false, false);
    text.split(move |&byte| {
        let literal = core::mem::take(&mut escape);
        match byte {
            _ if literal => false,
            b'\\' if quoted => {
                escape = true;
                false
            }
            b'"' => {
                quoted = !quoted;
                false
            }
            byte => byte == separator && !quoted,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_page_only_for_whom_prefers_it() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for accept in [
            browser,
            "text/html",
            "TEXT/HTML ; charset=utf-8",
            "application/json;q=0.5, text/html;q=0.501",
            "text/html, */*",
            "text/*",
            "*/*;q=0.1, text/html;Q=0.2",
            "application/json;q=0, */*",
            "a/b;c=\"x,y;q=0\\\"\", text/html;d=\",\";q=1.000",
            "text/html;q=0.3, text/*;q=0, application/json;q=0.2",
        ] {
            assert!(prefers_html(accept.as_bytes()), "{accept}");
        }
        let late = format!("{},text/html", " ".repeat(MAX_ACCEPT));
        for accept in [
            "",
            "*/*",
            "application/json, text/html",
            "application/problem+json, text/html;q=0.9",
            "text/html;q=0",
            "text/html;q=0, */*",
            "text/html;q=0.0, application/json;q=0",
            "text/html;q=2",
            "text/html;q=1.5",
            "text/html;q=.5",
            "text/html;q=0.0001",
            "text/html;q=",
            "text/html;q=0.5x",
            "a/b;c=\", text/html",
            "text/htmlx, text/ html",
            ",;,;q=1,",
            late.as_str(),
        ] {
            assert!(!prefers_html(accept.as_bytes()), "{accept}");
        }
    }
}
