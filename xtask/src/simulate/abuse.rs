//! Abusive personas.

use super::day::{Day, HOURS, Said, Visitor};
use serde_json::json;

/// Everybody who does not mean well.
pub(crate) fn all(day: &mut Day<'_>) {
    for _ in 0..day.regime.campaigns {
        stuffing(day);
        slow_stuffing(day);
        signup_farm(day);
        scraper(day);
        lying_scraper(day);
        card_testing(day);
        promo_abuse(day);
        hoarding(day);
        token_farm(day);
        reset_flood(day);
        for _ in 0..4 {
            stolen_cookie(day);
            probing(day);
            injection(day);
            aged(day);
            impersonator(day);
        }
    }
}

/// A tool's headers, or a browser's where the campaign is disguised.
fn armed(day: &mut Day<'_>, persona: &'static str) -> Visitor {
    let mut visitor = day.visitor(persona, true);
    if !day.random.may(day.regime.disguised) {
        visitor.headers = day.weapon();
        visitor.cookies = false;
    }
    visitor
}

fn post<'a>(target: &str, action: &'a str, body: String) -> Said<'a> {
    Said {
        method: "POST",
        target: target.into(),
        action,
        body: Some(body),
        ..Said::default()
    }
}

fn chat(prompt: &str) -> Said<'static> {
    Said {
        message: Some(prompt.to_owned()),
        ..post(
            "/v1/chat",
            "inference",
            json!({"prompt": prompt}).to_string(),
        )
    }
}

fn login(day: &mut Day<'_>, attempt: u64) -> Said<'static> {
    Said {
        email: Some(format!("victim{attempt}@mail.example")),
        login_failed: !day.random.may(2),
        ..post("/login", "login", "{\"password\":\"hunter2\"}".into())
    }
}

fn stuffing(day: &mut Day<'_>) {
    let mut visitor = armed(day, "credential stuffing");
    if day.random.may(25) {
        visitor.ip = format!("192.0.2.{}", 1 + day.random.below(3));
    }
    let pace = day.random.between(60, 700);
    for attempt in 0..day.random.between(150, 400) {
        let said = login(day, attempt);
        day.send(&mut visitor, pace, said);
    }
}

fn slow_stuffing(day: &mut Day<'_>) {
    let origin = armed(day, "slow credential stuffing");
    for attempt in 0..day.random.between(40, 120) {
        let mut visitor = origin.clone();
        visitor.ip = day.address();
        visitor.at = day.random.below(HOURS);
        let said = login(day, attempt);
        day.send_now(&visitor, said);
    }
}

/// A good account's session, from elsewhere.
fn stolen_cookie(day: &mut Day<'_>) {
    let mut visitor = day.visitor("stolen cookie", true);
    let age = day.random.skewed(40, day.regime.oldest);
    let orders = day.random.skewed(1, day.regime.orders.max(2));
    day.account(&mut visitor, age, orders);
    let tool = day.random.may(55);
    if tool {
        visitor.headers = day.weapon();
    }
    visitor.cookies = true;
    let session = day.random.skewed(600, 300_000);
    let agent = tool || day.random.may(80);
    day.session(&mut visitor, session, [true, agent]);
    if day.random.may(35) {
        // the device's cookie went with it
        let age = day.random.skewed(10, 400);
        day.device(&mut visitor, age);
    } else {
        day.device(&mut visitor, 0);
    }
    if day.random.may(35) {
        visitor.ip = format!("192.0.2.{}", 1 + day.random.below(3));
    }
    for _ in 0..day.random.between(3, 14) {
        let said = match day.random.below(5) {
            0 => Said {
                method: "GET",
                target: "/account".into(),
                action: "read",
                ..Said::default()
            },
            1 => post("/api/tokens", "token_create", "{\"scope\":\"all\"}".into()),
            2 => post("/account/email", "email_change", "{\"email\":\"x\"}".into()),
            _ => post("/pay", "payment", "{\"total\":49900}".into()),
        };
        day.send(&mut visitor, 1_500, said);
    }
}

fn signup_farm(day: &mut Day<'_>) {
    let mut visitor = armed(day, "signup farm");
    let pace = day.random.between(300, 3_000);
    for _ in 0..day.random.between(60, 160) {
        let n = day.serial();
        let email = if day.random.may(20) {
            format!("q{n}@@x")
        } else {
            format!("q{n}@drop.example")
        };
        let said = Said {
            email: Some(email),
            ..post("/signup", "signup", "{\"name\":\"q\"}".into())
        };
        if day.random.may(30) {
            visitor.context.clear();
            day.account(&mut visitor, 0, 0);
        }
        day.send(&mut visitor, pace, said);
    }
}

fn walk(day: &mut Day<'_>, visitor: &mut Visitor, pages: u64, pace: u64) {
    let first = day.random.below(3_000);
    for step in 0..pages {
        let said = Said {
            method: "GET",
            target: format!("/items/{}", first + step),
            action: "read",
            status: if step % 9 == 0 { 404 } else { 200 },
            ..Said::default()
        };
        day.send(visitor, pace, said);
    }
}

fn scraper(day: &mut Day<'_>) {
    let mut visitor = day.visitor("honest scraper", true);
    visitor.headers = day.tool();
    visitor.cookies = false;
    let (pages, pace) = (day.random.between(60, 250), day.random.between(150, 2_000));
    walk(day, &mut visitor, pages, pace);
}

fn lying_scraper(day: &mut Day<'_>) {
    let mut visitor = day.visitor("lying scraper", true);
    if day.random.may(40) {
        let age = day.random.skewed(0, 120);
        day.account(&mut visitor, age, 0);
    }
    if day.random.may(50) {
        day.session(&mut visitor, 400, [false, false]);
    }
    let (pages, pace) = (day.random.between(150, 400), day.random.between(150, 700));
    walk(day, &mut visitor, pages, pace);
}

fn card_testing(day: &mut Day<'_>) {
    let mut visitor = armed(day, "card testing");
    if day.random.may(50) {
        let age = day.random.skewed(0, 60);
        day.account(&mut visitor, age, 0);
        day.session(&mut visitor, 300, [false, false]);
    }
    let pace = day.random.between(400, 2_500);
    for _ in 0..day.random.between(60, 160) {
        let card = day.serial();
        visitor
            .context
            .insert("payment".into(), json!({"fingerprint": format!("c{card}")}));
        let said = Said {
            status: if day.random.may(88) { 402 } else { 200 },
            ..post("/pay", "payment", "{\"total\":100}".into())
        };
        day.send(&mut visitor, pace, said);
    }
}

fn promo_abuse(day: &mut Day<'_>) {
    let origin = armed(day, "promo abuse");
    for _ in 0..day.random.between(15, 40) {
        let mut visitor = origin.clone();
        visitor.at = origin.at + day.random.below(HOURS / 40);
        day.account(&mut visitor, 0, 0);
        day.session(&mut visitor, 60, [false, false]);
        let said = post("/cart", "checkout", "{\"code\":\"WELCOME\"}".into());
        for _ in 0..3 {
            day.send(&mut visitor, 1_000, said.clone());
        }
    }
}

/// An attack of the corpus as a request.
fn attack(day: &mut Day<'_>, action: &'static str) -> Said<'static> {
    let row = day
        .random
        .pick(&day.samples.attacks)
        .cloned()
        .unwrap_or_default();
    let [target, body, kind] = row;
    let with_body = !body.is_empty();
    let kind = if kind.contains("json") {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    Said {
        method: if with_body { "POST" } else { "GET" },
        target,
        action,
        body: with_body.then_some(body),
        kind,
        status: if day.random.may(70) { 404 } else { 200 },
        ..Said::default()
    }
}

fn probing(day: &mut Day<'_>) {
    let mut visitor = armed(day, "probing");
    if day.random.may(25) {
        let age = day.random.skewed(0, 90);
        day.account(&mut visitor, age, 0);
        day.session(&mut visitor, 900, [false, false]);
    }
    let pace = day.random.between(150, 4_000);
    for _ in 0..day.random.between(20, 70) {
        let action = if day.random.may(20) {
            "post_content"
        } else {
            "read"
        };
        let said = attack(day, action);
        day.send(&mut visitor, pace, said);
    }
}

fn hoarding(day: &mut Day<'_>) {
    let origin = armed(day, "hoarding");
    for _ in 0..day.random.between(2, 6) {
        let mut visitor = origin.clone();
        let age = day.random.skewed(0, 90);
        let orders = u64::from(day.random.may(15));
        day.account(&mut visitor, age, orders);
        day.session(&mut visitor, 300, [false, false]);
        day.device(&mut visitor, 0);
        for item in 0..day.random.between(25, 60) {
            let said = post(
                "/cart",
                "checkout",
                format!("{{\"item\":{}}}", 70 + item % 9),
            );
            day.send(&mut visitor, 500, said);
        }
    }
}

fn token_farm(day: &mut Day<'_>) {
    let origin = armed(day, "token farm");
    for _ in 0..day.random.between(4, 12) {
        let mut visitor = origin.clone();
        let age = day.random.skewed(0, 40);
        day.account(&mut visitor, age, 0);
        for _ in 0..day.random.between(8, 25) {
            let said = if day.random.may(30) {
                post("/api/tokens", "token_create", "{\"scope\":\"all\"}".into())
            } else {
                chat("write")
            };
            day.send(&mut visitor, 700, said);
        }
    }
}

fn injection(day: &mut Day<'_>) {
    let mut visitor = armed(day, "prompt and code injection");
    let age = day.random.skewed(0, 300);
    let orders = day.random.skewed(0, 2);
    day.account(&mut visitor, age, orders);
    for _ in 0..day.random.between(6, 25) {
        let said = match day.random.below(4) {
            0 => attack(day, "inference"),
            1 => chat(&day.payload()),
            _ => chat(&day.prompt(true)),
        };
        day.send(&mut visitor, 5_000, said);
    }
}

fn reset_flood(day: &mut Day<'_>) {
    let mut visitor = armed(day, "reset flooding");
    let victim = day.serial();
    for _ in 0..day.random.between(40, 120) {
        let said = Said {
            email: Some(format!("victim{victim}@mail.example")),
            ..post("/reset", "password_reset", "{}".into())
        };
        day.send(&mut visitor, 900, said);
    }
}

/// An account that was left to grow old, then used.
fn aged(day: &mut Day<'_>) {
    let mut visitor = armed(day, "patient aged account");
    let age = day.random.between(60, 600.min(day.regime.oldest));
    let orders = u64::from(day.random.may(12));
    day.account(&mut visitor, age, orders);
    day.session(&mut visitor, 4_000, [false, false]);
    let device = day.random.skewed(0, 60);
    day.device(&mut visitor, device);
    if day.random.may(50) {
        for _ in 0..day.random.between(15, 40) {
            let said = attack(day, "read");
            day.send(&mut visitor, 2_000, said);
        }
    } else {
        let pages = day.random.between(120, 260);
        walk(day, &mut visitor, pages, 500);
    }
}

/// Everything as its victim: nobody can tell.
fn impersonator(day: &mut Day<'_>) {
    let mut visitor = day.visitor("perfect impersonator", true);
    visitor.cookies = true;
    let (age, orders) = (
        day.random.skewed(100, day.regime.oldest),
        day.random.skewed(1, day.regime.orders.max(2)),
    );
    day.account(&mut visitor, age, orders);
    day.session(&mut visitor, 5_000, [false, false]);
    let device = day.random.skewed(20, 400);
    day.device(&mut visitor, device);
    for _ in 0..3 {
        day.send(
            &mut visitor,
            9_000,
            post("/pay", "payment", "{\"total\":9900}".into()),
        );
    }
}
