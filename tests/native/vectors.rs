//! Every vector, natively.
#![allow(clippy::expect_used, clippy::panic, reason = "a failing test panics")]

use doorward_tests::{ExpectedFailure, File, folder};
use serde::Deserialize;

#[derive(Deserialize)]
struct Failures {
    #[serde(default)]
    failure: Vec<ExpectedFailure>,
}

#[test]
fn every_vector_holds() {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("readable");
    let failures: Failures = toml::from_str(&read(&folder().join("expected-failures.toml")))
        .expect("expected-failures.toml");
    let mut listed: Vec<(String, String)> = failures
        .failure
        .into_iter()
        .filter(|failure| {
            failure
                .runner
                .as_deref()
                .is_none_or(|runner| runner == "native")
        })
        .map(|failure| (failure.file, failure.name))
        .collect();
    let failing = listed.len();
    let mut wrong = Vec::new();
    let mut count = 0_usize;
    let mut paths: Vec<_> = std::fs::read_dir(folder())
        .expect("tests/vectors")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter(|path| {
            path.file_stem()
                .is_some_and(|stem| stem != "expected-failures")
        })
        .collect();
    paths.sort();
    for path in paths {
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let file: File = toml::from_str(&read(&path)).unwrap_or_else(|e| panic!("{stem}: {e}"));
        for (name, outcome) in file.run() {
            count += 1;
            let known = listed.iter().position(|(f, n)| *f == stem && n == name);
            match (outcome, known) {
                (Ok(()), None) => {}
                (Err(_), Some(at)) => drop(listed.remove(at)),
                (Ok(()), Some(_)) => {
                    wrong.push(format!("{stem}: {name}: listed as failing, passes"));
                }
                (Err(error), None) => wrong.push(format!("{stem}: {name}: {error}")),
            }
        }
    }
    for (file, name) in listed {
        wrong.push(format!("{file}: {name}: listed as failing, not found"));
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} vectors fail:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(count > 0, "no vectors");
    println!(
        "vectors native: {} hold, {failing} expected failures",
        count - failing
    );
}
