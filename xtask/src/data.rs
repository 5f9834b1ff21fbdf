//! The data folder. It lies beside the repository and is no part of it: where
//! it is absent, a command that reads it says so and ends with exit code 2.

use anyhow::{Error, Result, bail};

use crate::tree::{self, Absent};

const FOLDER: &str = "../shared/data";

/// Name, path in the data folder, and what reads it: called with that path and
/// the options that follow the name on the command line.
pub(crate) type Row = (
    &'static str,
    &'static str,
    fn(&[String]) -> Result<(), String>,
);

/// Without arguments every row; else the one named first, with its options.
pub(crate) fn each(rows: &[Row], arguments: &[String]) -> Result<()> {
    let Some((name, options)) = arguments.split_first() else {
        return rows.iter().try_for_each(|row| one(row, &[]));
    };
    let Some(row) = rows.iter().find(|(row, _, _)| row == name) else {
        let known: Vec<&str> = rows.iter().map(|(row, _, _)| *row).collect();
        bail!("no `{name}`: one of {}", known.join(", "));
    };
    one(row, options)
}

fn one((name, path, read): &Row, options: &[String]) -> Result<()> {
    let path = format!("{FOLDER}/{path}");
    if !tree::root().join(&path).exists() {
        bail!(Absent(format!(
            "no {path} beside this tree: nothing to read"
        )));
    }
    println!("== {name}");
    let mut arguments = vec![path];
    arguments.extend_from_slice(options);
    read(&arguments).map_err(Error::msg)
}
