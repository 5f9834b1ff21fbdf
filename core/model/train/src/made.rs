//! Harmless values of our own making, of the kinds that look like attacks and
//! that the labelled requests are poor in: what analytics, advertising, cookies,
//! editors and people write. The same on every machine.

mod code;
mod phrases;
mod prose;
mod queries;
mod records;
mod structures;

use crate::chance::Chance;

/// Every value.
pub(crate) fn values() -> Vec<String> {
    let mut chance = Chance::new(20_261_121);
    let mut values = Vec::new();
    let kinds = [
        structures::MAKERS,
        phrases::MAKERS,
        queries::MAKERS,
        prose::MAKERS,
        code::MAKERS,
        records::MAKERS,
    ];
    for (make, count) in kinds.into_iter().flatten() {
        for _ in 0..*count {
            let value = make(&mut chance);
            if !value.is_empty() {
                values.push(value);
            }
        }
    }
    values
}

/// Makes one value.
type Maker = fn(&mut Chance) -> String;
