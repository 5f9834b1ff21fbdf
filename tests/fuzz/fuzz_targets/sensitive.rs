//! Sensitive values: within the text, in order, whole characters, linear; types
//! that are not wanted take nothing away, and chunks do not matter.
#![no_main]

use doorward_core::text::cursor::steps;
use doorward_core::text::sensitive::{Custom, ENTITIES, FOUND, Kind, Units, Wanted};
use doorward_core::text::sensitive::{convert, count, scan, segments};
use libfuzzer_sys::fuzz_target;

/// Steps for each byte of the text, and for each text, at most.
const STEPS: usize = 400;
const ALWAYS: usize = 20_000;
/// What hosts keep of what was looked at.
const CONTEXT: usize = 96;

fuzz_target!(|bytes: &[u8]| {
    let Some((size, text)) = bytes.split_first() else {
        return;
    };
    let customs: Vec<Custom> = Custom::new("EMPLOYEE", "EMP-#{4,6}").into_iter().collect();
    let mut spans = Vec::new();
    let took = steps::of(|| spans = scan(text, Wanted::ALL, &customs));
    assert!(
        took <= ALWAYS + STEPS * text.len(),
        "{took} steps for {} bytes",
        text.len()
    );
    let mut end = 0;
    for span in &spans {
        assert!(end <= span.start && span.start < span.end && span.end <= text.len());
        assert!((FOUND..=100).contains(&span.score));
        end = span.end;
    }

    // one type alone is what it is among all
    for (entity, _) in ENTITIES {
        let alone = scan(text, Wanted::NONE.and(entity), &customs);
        let among = spans.iter().filter(|span| match span.kind {
            Kind::Known(kind) => kind == entity,
            Kind::Custom(_) => true,
        });
        assert!(alone.iter().eq(among), "{entity:?}");
    }

    if let Ok(text) = core::str::from_utf8(text) {
        let mut utf16 = spans.clone();
        convert(text.as_bytes(), &mut utf16, Units::Utf16);
        for (span, places) in spans.iter().zip(&utf16) {
            let value = text.get(span.start..span.end).expect("whole characters");
            assert_eq!(
                places.end - places.start,
                count(value.as_bytes(), Units::Utf16)
            );
        }
    }

    // as a host hands it over, a chunk at a time
    let whole = segments(text, 0, true, Wanted::ALL, &customs);
    let size = 1 + usize::from(*size % 61);
    let (mut found, mut done, mut sent) = (Vec::new(), 0, 0);
    while sent < text.len() {
        sent = text.len().min(sent + size);
        let mut floor = done - CONTEXT.min(done);
        while floor > 0 && text[floor] & 0xc0 == 0x80 {
            floor -= 1;
        }
        let part = segments(
            &text[floor..sent],
            done - floor,
            sent == text.len(),
            Wanted::ALL,
            &customs,
        );
        for (mut span, token) in part.spans {
            span.start += floor;
            span.end += floor;
            found.push((span, token.map(|(start, end)| (start + floor, end + floor))));
        }
        done = floor + part.cut;
        assert!(done <= sent);
    }
    assert_eq!(done, text.len());
    assert_eq!(found, whole.spans);
});
