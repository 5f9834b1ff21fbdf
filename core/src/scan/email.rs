//! `doorward scan email`: what [`crate::rules::validate_email`] knows of an
//! address without asking the network. Found is what a sign-up form refuses by
//! default: what is not valid, and what is disposable.

use super::{Detector, Kind, Verdict};
use crate::rules::validate_email::{Known, PACK};
use crate::text::email::data::EmailData;
use crate::text::email::{Accept, parse};
use crate::text::json::write_text;
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

pub(super) const KIND: Kind = Kind {
    name: "email",
    field: "email",
    about: "addresses: invalid, disposable, free, of a task, mistyped",
    make: |packs| {
        let pack = packs.get(PACK).map(|pack| Arc::clone(pack.body()));
        match pack.filter(|body| EmailData::parse(body).is_some()) {
            Some(body) => Ok(Box::new(Addresses(body))),
            None => Err("found no pack \"email-data\", expected the product's own".into()),
        }
    },
};

#[derive(Debug)]
struct Addresses(Arc<[u8]>);

impl Detector for Addresses {
    fn judge(&self, text: &str) -> Verdict {
        let known = match parse(text.as_bytes(), Accept::default()) {
            Ok(email) => Known::of(&email, EmailData::parse(&self.0).as_ref()),
            Err(_) => Known {
                types: alloc::vec!["INVALID"],
                ..Known::default()
            },
        };
        let refused = |kind: &&str| matches!(*kind, "INVALID" | "DISPOSABLE");
        let found = known.types.iter().any(refused);
        let mut more = String::from(",\"types\":[");
        for (index, kind) in known.types.iter().enumerate() {
            if index > 0 {
                more.push(',');
            }
            write_text(kind, &mut more);
        }
        more.push(']');
        if let Some(suggest) = known.suggest {
            more.push_str(",\"suggest\":");
            write_text(suggest, &mut more);
        }
        Verdict {
            score: if found { Score::ONE } else { known.score() },
            found,
            more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scan;
    use crate::pack::Packs;

    fn packs() -> Packs {
        let mut packs = Packs::default();
        let added = packs.add(include_bytes!("../../packs/email-data.bin"));
        assert!(added.is_ok());
        packs
    }

    #[test]
    fn what_each_line_gets() {
        let scan = Scan::new("email", None, &packs());
        for (email, answer) in [
            (
                "ana.lopez@shop.example",
                r#""score":0,"verdict":false,"types":[]"#,
            ),
            (
                "ana@@shop.example",
                r#""score":1,"verdict":true,"types":["INVALID"]"#,
            ),
            (
                "b.smith@mailinator.com",
                r#""score":1,"verdict":true,"types":["DISPOSABLE"]"#,
            ),
            (
                "ana.lopez@gmail.com",
                r#""score":0,"verdict":false,"types":["FREE"]"#,
            ),
            (
                "ana@gmial.com",
                r#""score":1,"verdict":true,"types":["DISPOSABLE","TYPO"],"suggest":"gmail.com""#,
            ),
            (
                "info@gmail.con",
                r#""score":0,"verdict":false,"types":["ROLE","TYPO"],"suggest":"gmail.com""#,
            ),
        ] {
            let line = alloc::format!("{{\"id\":1,\"email\":\"{email}\"}}");
            let said = scan.as_ref().map(|scan| scan.push("a:1", line.as_bytes()));
            let expected = alloc::format!("{{\"id\":1,{answer}}}");
            assert_eq!(said, Ok(Ok(Some(expected))), "{email}");
        }
    }

    #[test]
    fn without_its_pack_it_is_not_made() {
        assert!(Scan::new("email", None, &Packs::default()).is_err());
    }
}
