//! Expressions of `filter`, on a request: any text is an expression or an error
//! that points into it; what is one obeys the laws of three-valued logic.
#![no_main]

use doorward_core::field::{Field, FieldValue, Fields};
use doorward_core::frame::Frame;
use doorward_core::rules::filter::expression::{Expression, MAX_SOURCE, Tri};
use doorward_core::text::json::Value;
use doorward_core::{context::Context, request::Request};
use doorward_fuzz::input::Case;
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

/// Facts of a request, as an engine gives them.
struct Facts<'a>(&'a Request<'a>, Context);

impl Fields for Facts<'_> {
    fn field(&self, field: &Field) -> FieldValue<'_> {
        let Self(request, context) = self;
        let text = |bytes: Option<Cow<'_, [u8]>>| match bytes {
            Some(bytes) => FieldValue::Text(Cow::Owned(bytes.into_owned())),
            None => FieldValue::Missing,
        };
        match field {
            Field::IpSrc => doorward_core::identity::address(request.peer)
                .map_or(FieldValue::Missing, FieldValue::Ip),
            Field::Host => text(request.host()),
            Field::Method => FieldValue::Text(Cow::Borrowed(request.method)),
            Field::Path => text(Some(request.path())),
            Field::Header(name) => text(request.header(name).map(Cow::Borrowed)),
            Field::Cookie(name) => text(request.cookie(name).map(Cow::Borrowed)),
            Field::Arg(name) => text(request.arg(name)),
            Field::Context(path) => match context.get(path) {
                Some(Value::Text(fact)) => FieldValue::Text(Cow::Borrowed(fact.as_bytes())),
                Some(Value::Number(number)) => FieldValue::Number(*number),
                Some(Value::Bool(yes)) => FieldValue::Bool(*yes),
                _ => FieldValue::Missing,
            },
            // what only an engine with a keyer and an outside knows
            _ => FieldValue::Missing,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let case = Case::read(bytes);
    let Ok(source) = core::str::from_utf8(case.rules) else {
        return;
    };
    let expression = match Expression::parse(source) {
        Ok(expression) => expression,
        Err(error) => {
            assert!(source.is_char_boundary(error.offset), "{error}");
            assert!(!error.message.is_empty() && !error.message.contains(char::is_control));
            let shown = error.to_string();
            assert!(
                shown.ends_with('^') && shown.len() < 4 * MAX_SOURCE,
                "{shown}"
            );
            assert!(
                !shown.contains(|c: char| c.is_control() && c != '\n'),
                "{shown:?}"
            );
            return;
        }
    };
    let printed = expression.to_string();
    let again = Expression::parse(&printed).expect("what is printed parses");
    assert_eq!(printed, again.to_string());
    assert_eq!(format!("{expression:?}"), format!("{again:?}"));

    let compound = |text: String| Expression::parse(&text).ok();
    let not = compound(format!("not ({printed})"));
    let twice = compound(format!("!(!({printed}))"));
    let and = compound(format!("({printed}) and ({printed})"));
    let or = compound(format!("({printed}) || not ({printed})"));
    let xor = compound(format!("({printed}) xor ({printed})"));
    // nesting and patterns are bounded, so a deep or a rich one may not fit twice
    let plain = !printed.contains(['(', '!', '~'])
        && !printed.contains("not")
        && !printed.contains("matches");
    if printed.len() < 1000 && plain {
        assert!(
            not.is_some() && and.is_some() && or.is_some() && xor.is_some(),
            "{printed}"
        );
    }
    for sent in &case.requests {
        let frame = sent.frame();
        let frame = Frame::parse(&frame).expect("a frame");
        let request = frame.request();
        let facts = Facts(
            &request,
            Context::parse(frame.context()).unwrap_or_default(),
        );
        let says = |expression: &Option<Expression>| expression.as_ref().map(|e| e.eval(&facts));
        let value = expression.eval(&facts);
        assert_eq!(value, expression.eval(&facts));
        assert_eq!(value, again.eval(&facts));
        assert!(
            says(&not).is_none_or(|said| said == negated(value)),
            "not {printed}"
        );
        assert!(
            says(&twice).is_none_or(|said| said == value),
            "twice not {printed}"
        );
        assert!(
            says(&and).is_none_or(|said| said == value),
            "{printed} and itself"
        );
        let unknown = value == Tri::Unknown;
        let known = |said, expected| {
            if unknown {
                said == Tri::Unknown
            } else {
                said == expected
            }
        };
        assert!(
            says(&or).is_none_or(|said| known(said, Tri::True)),
            "{printed} or not"
        );
        assert!(
            says(&xor).is_none_or(|said| known(said, Tri::False)),
            "{printed} xor itself"
        );
    }
});

fn negated(value: Tri) -> Tri {
    match value {
        Tri::True => Tri::False,
        Tri::False => Tri::True,
        Tri::Unknown => Tri::Unknown,
    }
}
