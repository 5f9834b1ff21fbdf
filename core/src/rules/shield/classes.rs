//! The classes of attacks that a policy can choose among: the part of a reason
//! code between `shield.` and the next dot. A stable list; new ones are added.

use alloc::string::String;

/// Every class, in the order of the table of codes.
pub(super) const CLASSES: &[&str] = &[
    "sqli",
    "nosqli",
    "xpath",
    "ldap",
    "xss",
    "traversal",
    "rce",
    "code",
    "log4shell",
    "ssti",
    "ssi",
    "xxe",
    "ssrf",
    "crlf",
    "deserialization",
    "proto",
    "probe",
    "upload",
    "smuggling",
    "learned",
];

/// Codes that belong to no class: what the application said itself.
#[cfg(test)]
const OTHERS: [&str; 4] = ["clean", "expectation", "probing", "graphql"];

/// Some of the classes; all by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes(u32);

impl Default for Classes {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Classes {
    /// Those of these names.
    pub(super) fn of(names: &[String]) -> Self {
        Self(names.iter().fold(0, |set, name| set | bit(name)))
    }

    /// Whether what `code` stands for is judged. What has no class always is.
    pub(super) fn judge(self, code: &str) -> bool {
        self == Self::default() || {
            let bit = bit(class(code));
            bit == 0 || self.0 & bit != 0
        }
    }
}

/// The class part of a code.
fn class(code: &str) -> &str {
    code.split('.').nth(1).unwrap_or_default()
}

fn bit(name: &str) -> u32 {
    let index = CLASSES.iter().position(|known| *known == name);
    index
        .and_then(|index| u32::try_from(index).ok())
        .and_then(|index| 1_u32.checked_shl(index))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::CODES;
    use super::*;

    #[test]
    fn every_code_has_a_class_and_every_class_a_code() {
        for code in CODES {
            let class = class(code.code);
            assert!(
                CLASSES.contains(&class) || OTHERS.contains(&class),
                "{class}: add it to CLASSES"
            );
        }
        for name in CLASSES {
            assert!(CODES.iter().any(|code| class(code.code) == *name), "{name}");
            assert_ne!(bit(name), 0, "{name}: more classes than bits");
        }
    }

    #[test]
    fn some_classes() {
        let some = Classes::of(&["xss".into(), "sqli".into()]);
        assert!(some.judge("shield.xss.script") && some.judge("shield.sqli.union"));
        assert!(!some.judge("shield.rce.line") && some.judge("shield.expectation"));
        assert!(Classes::default().judge("shield.rce.line"));
        assert!(!Classes::of(&[]).judge("shield.rce.line"));
    }
}
