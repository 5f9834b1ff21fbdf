//! Profiles in Redis are the embedded store's: any actors, doing anything at any
//! times, by the script in a real redis-server on a socket of its own.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests may fail loudly"
)]

use core::cell::{Cell, RefCell};
use core::fmt::Display;
use core::time::Duration;
use doorward_core::store::{Habits, Key, Memory, Observed, Profile, Store};
use doorward_core::units::Millis;
use proptest::prelude::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const SCRIPT: &str = include_str!("../../bindings-py/python/doorward/_profile.lua");

/// A server that ends with its test.
struct Server {
    process: Child,
    folder: PathBuf,
    stream: BufReader<UnixStream>,
    sha: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("doorward-profiles-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let socket = folder.join("redis.sock");
        let process = Command::new("redis-server")
            .args([
                "--port",
                "0",
                "--save",
                "",
                "--appendonly",
                "no",
                "--unixsocket",
            ])
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server: see `make setup`");
        let until = Instant::now() + Duration::from_secs(30);
        let stream = loop {
            match UnixStream::connect(&socket) {
                Ok(stream) => break stream,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut server = Self {
            process,
            folder,
            stream: BufReader::new(stream),
            sha: String::new(),
        };
        server.sha = server.ask(&["SCRIPT", "LOAD", SCRIPT]).remove(0);
        server
    }

    /// A command's answer: one text, or a list of numbers.
    fn ask(&mut self, words: &[&str]) -> Vec<String> {
        let mut command = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            write!(command, "${}\r\n{word}\r\n", word.len()).expect("written");
        }
        let stream = self.stream.get_mut();
        stream.write_all(&command).expect("written");
        let head = self.line();
        let (kind, rest) = head.split_at(1);
        match kind {
            "$" => {
                let mut text = vec![0; rest.parse::<usize>().expect("a length") + 2];
                self.stream.read_exact(&mut text).expect("read");
                vec![String::from_utf8(text).expect("text").trim_end().to_owned()]
            }
            "*" => (0..rest.parse().expect("a length"))
                .map(|_| self.line().split_off(1))
                .collect(),
            _ => panic!("the server answered {head}"),
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("read");
        line.truncate(line.trim_end().len());
        line
    }

    fn profile(&mut self, key: &str, seen: &Observed, now: u64) -> Profile {
        fn text(value: Option<impl Display>) -> String {
            value.map_or_else(String::new, |value| value.to_string())
        }
        let sha = self.sha.clone();
        let mut words = vec!["EVALSHA".to_owned(), sha, "1".to_owned(), key.to_owned()];
        words.extend(
            [
                seen.requests,
                seen.flagged,
                seen.failed,
                seen.good,
                seen.bad,
            ]
            .map(|n| n.to_string()),
        );
        words.extend([seen.path, seen.other, seen.agent].map(text));
        words.extend([text(seen.number), now.to_string()]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let numbers: Vec<u64> = self
            .ask(&words)
            .iter()
            .map(|number| number.parse().expect("a number"))
            .collect();
        let &[first, last, ref counts @ ..] = numbers.as_slice() else {
            panic!("{numbers:?}");
        };
        let counts: Vec<u32> = counts
            .iter()
            .map(|n| u32::try_from(*n).expect("32 bits"))
            .collect();
        let &[
            requests,
            flagged,
            failed,
            good,
            bad,
            swing,
            beats,
            walked,
            paths,
            others,
            agents,
        ] = counts.as_slice()
        else {
            panic!("{counts:?}");
        };
        Profile {
            first: Millis(first),
            last: Millis(last),
            requests,
            flagged,
            failed,
            habits: Habits {
                good,
                bad,
                swing: u16::try_from(swing).expect("16 bits"),
                beats: u16::try_from(beats).expect("16 bits"),
                walked: u8::try_from(walked).expect("8 bits"),
                paths,
                others,
                agents: u16::try_from(agents).expect("16 bits"),
            },
        }
    }
}

fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![4 => Just(0), 4 => 1..5_u32, 1 => any::<u32>()]
}

fn observed() -> impl Strategy<Value = Observed> {
    let numbers = prop_oneof![0..40_u32, any::<u32>()];
    let sets = any::<[Option<u8>; 3]>();
    let counted = (
        prop_oneof![Just(0), Just(1), counts()],
        counts(),
        counts(),
        counts(),
        counts(),
    );
    (counted, sets, prop::option::of(numbers)).prop_map(|(counts, [path, other, agent], number)| {
        let (requests, flagged, failed, good, bad) = counts;
        Observed {
            requests,
            flagged,
            failed,
            good,
            bad,
            path,
            other,
            agent,
            number,
        }
    })
}

/// Forwards by any time, and now and then back.
fn pauses() -> impl Strategy<Value = i64> {
    prop_oneof![
        0..2_000_i64,
        0..700_000_i64,
        0..2_000_000_000_i64,
        Just(600_000),
        Just(300_001),
        -5_000_000..0_i64,
    ]
}

#[test]
fn any_behaviour_is_what_the_embedded_store_says() {
    let server = RefCell::new(Server::start());
    let steps = prop::collection::vec((0..2_u8, pauses(), prop::option::of(observed())), 1..40);
    let starts = prop_oneof![Just(0_u64), Just(1_800_000_000_000)];
    let cases = Cell::new(0);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    };
    proptest!(config, |(start in starts, steps in steps)| {
        cases.set(cases.get() + 1);
        let mut server = server.borrow_mut();
        let mut memory = Memory::new(1 << 20, 7);
        let mut now = start;
        for (actor, pause, seen) in steps {
            now = now.saturating_add_signed(pause);
            // nothing happened: it only looks
            let seen = seen.unwrap_or_default();
            let expected = memory.profile(Key(actor.into()), &seen, Millis(now));
            let key = format!("{}:{actor}", cases.get());
            prop_assert_eq!(server.profile(&key, &seen, now), expected);
        }
    });
}
