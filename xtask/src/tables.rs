//! `cargo xtask tables [NAME]`: writes the tables of core, all or one.

use anyhow::Result;

use crate::{
    bots,
    data::{self, Row},
};

const TABLES: &[Row] = &[("bots", "bots/bots.json.gz", bots::generate)];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    data::each(TABLES, arguments)
}
