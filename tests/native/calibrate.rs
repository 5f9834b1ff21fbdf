//! `doorward calibrate`: what it fits holds on a later log, what it lacks it says.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a failing test panics"
)]

use doorward_core::calibrate::{Calibrate, Calibrated};
use doorward_core::engine::Engine;
use doorward_core::keys::Keyer;
use doorward_core::refine::{COUNT, Model, SIGNALS, Vector, contract};

/// splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

struct Request {
    levels: [u8; COUNT],
    stopped: bool,
    abuse: bool,
    actor: u64,
}

/// A day: most are good and pass, some good ones are stopped again and again.
fn day(seed: u64) -> Vec<Request> {
    let mut random = Random(seed);
    let mut out = Vec::new();
    for actor in 0..6_000 {
        let abuse = random.below(10) == 0;
        let stopped = random.below(if abuse { 2 } else { 25 }) == 0;
        let mut levels = [0; COUNT];
        for (level, signal) in levels.iter_mut().zip(SIGNALS) {
            let likely = if signal.raises == (abuse || stopped) {
                6
            } else {
                14
            };
            if random.below(likely) == 0 {
                *level = u8::try_from(random.below(u64::from(signal.levels) + 1)).unwrap();
            }
        }
        let times = 1 + random.below(if stopped { 5 } else { 2 });
        for _ in 0..times {
            out.push(Request {
                levels,
                stopped,
                abuse,
                actor: seed * 100_000 + actor,
            });
        }
    }
    out
}

fn log(day: &[Request]) -> Vec<String> {
    let mut out = Vec::new();
    for (id, one) in day.iter().enumerate() {
        let levels: String = one
            .levels
            .iter()
            .map(|level| char::from(b'0' + level))
            .collect();
        let first = if one.stopped { "DENY" } else { "ALLOW" };
        out.push(format!(
            r#"{{"v":1,"type":"decision","time":0,"id":"{id}","conclusion":"{first}","refined":{{"conclusion":"{first}","score":0.5,"contract":"{:016x}","features":"{levels}"}},"who":{{"ip":"{:032x}"}}}}"#,
            contract(),
            u128::from(one.actor) << 64
        ));
        let abuse = one.abuse;
        out.push(format!(
            r#"{{"v":1,"type":"outcome","time":0,"id":"{id}","outcome":{{"status":200,"abuse":{abuse}}}}}"#
        ));
    }
    out
}

fn fitted(asked: &str, day: &[Request]) -> Calibrated {
    let mut calibrate = Calibrate::new(asked).unwrap();
    for line in log(day) {
        calibrate.push("log:1", line.as_bytes()).unwrap();
    }
    calibrate.finish()
}

#[test]
fn what_is_asked_holds_on_a_later_day() {
    let mut met = 0;
    for seed in 0..6 {
        let file = fitted("0.01", &day(seed)).file.expect("enough data");
        let value: serde_json::Value = serde_json::from_str(&file).unwrap();
        let least = value["least"].as_i64().expect("a bar");
        let later = day(seed + 500);
        let good: Vec<&Request> = later.iter().filter(|one| !one.abuse).collect();
        let stops = good.iter().filter(|one| {
            let margin = Model::default()
                .weigh(&Vector::new(one.levels), None)
                .margin;
            one.stopped && i64::from(margin) >= least
        });
        let stops = stops.count();
        assert!(stops > 0, "a bar that stops nobody promises nothing");
        met += u32::from(stops * 100 <= good.len());
        let points = value["points"].as_array().unwrap();
        assert!(
            points
                .windows(2)
                .all(|two| two[0].as_i64() <= two[1].as_i64())
        );
        let policy = format!(r#"{{"rules":[],"refine":{{"mode":"LIVE","calibration":{file}}}}}"#);
        assert!(Engine::new(&policy, Keyer::Seed([0; 16])).is_ok(), "{file}");
    }
    assert!(met >= 5, "{met} of 6");
}

#[test]
fn the_order_of_lines_is_nothing() {
    let day = day(1);
    let mut calibrate = Calibrate::new("0.01").unwrap();
    for line in log(&day).iter().rev() {
        calibrate.push("log:1", line.as_bytes()).unwrap();
    }
    assert_eq!(calibrate.finish(), fitted("0.01", &day));
}

#[test]
fn it_says_what_it_lacks() {
    let day = day(1);
    let Calibrated { file, words } = fitted("0.00001", &day);
    assert_eq!(file, None);
    assert!(
        words.contains("more good requests with an outcome are needed"),
        "{words}"
    );
    let Calibrated { file, words } = fitted("0", &day);
    assert_eq!(file, None);
    assert!(words.contains("No amount of data promises 0"), "{words}");
    assert!(
        fitted("1", &day)
            .file
            .is_some_and(|file| !file.contains("least"))
    );
}

#[test]
fn bad_input_is_said_with_its_place() {
    assert!(Calibrate::new("1.5").is_err());
    assert!(Calibrate::new("often").is_err());
    let mut calibrate = Calibrate::new("0.01").unwrap();
    for (line, said) in [
        ("{", "log:7: not JSON at byte 1: "),
        ("[]", "log:7: found an array, expected an object"),
        (
            r#"{"type":"decision"}"#,
            "log:7: id: found null, expected text",
        ),
        (
            r#"{"id":"1","type":"x"}"#,
            "log:7: type: found \"x\", expected \"decision\" or \"outcome\"",
        ),
        (
            r#"{"id":"1","type":"decision"}"#,
            "log:7: refined.contract: found null, expected \"",
        ),
    ] {
        let error = calibrate.push("log:7", line.as_bytes()).unwrap_err();
        assert!(error.starts_with(said), "{error}");
    }
    assert_eq!(calibrate.push("log:7", b" "), Ok(()));
}
