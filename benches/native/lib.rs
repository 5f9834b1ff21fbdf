//! What the benches share: the workload, and the cases made of it.

mod cases;

pub use cases::{Case, WORKLOAD, cases};
