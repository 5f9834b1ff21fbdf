//! `cargo xtask tables [NAME]`: writes the tables and packs of core, all or one.

use anyhow::Result;

#[cfg(feature = "core")]
use crate::email_data;
use crate::{
    bots, crawlers,
    data::{self, Row},
};

const TABLES: &[Row] = &[
    ("bots", "bots/bots.json.gz", bots::generate),
    ("crawlers", "bots/ip-ranges.json.gz", crawlers::generate),
    #[cfg(feature = "core")]
    ("email", "email", email_data::generate),
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    data::each(TABLES, arguments)
}
