//! `cargo xtask eval [NAME [OPTION…]]`: what the rules find in the labelled
//! corpora, all or one; the options are that one's own.

use anyhow::Result;

use crate::{
    data::{self, Row},
    eval_bots, eval_email, eval_peers, eval_prompt, eval_sensitive, eval_shield, refining,
};

const CORPORA: &[Row] = &[
    ("bots", "bots", eval_bots::run),
    ("email", "email", eval_email::run),
    ("shield", "waf", eval_shield::run),
    ("prompt", "prompt-injection", eval_prompt::run),
    ("sensitive", "pii", eval_sensitive::run),
    ("refine", "bots", refining::eval),
    ("peers", "waf", eval_peers::run),
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    data::each(CORPORA, arguments)
}
