//! Generated tables, checked in: each says by which command, from which
//! sources and licences, and when it was made (`cargo xtask tables`).

pub(crate) mod bots;
pub(crate) mod crawlers;
