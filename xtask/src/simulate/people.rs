//! Legitimate personas: those whom rules alone block.

use super::day::{Day, HOURS, Said, Visitor};
use serde_json::json;

/// Everybody who means well.
pub(crate) fn all(day: &mut Day<'_>) {
    let visits = day.regime.visits;
    for _ in 0..visits * 40 / 100 {
        loyal(day);
    }
    for _ in 0..visits * 15 / 100 {
        anonymous(day);
    }
    for _ in 0..visits * 6 / 100 {
        newcomer(day);
        traveller(day);
        poster(day);
        developer(day);
    }
    for _ in 0..visits * 3 / 100 {
        power_user(day);
        forgetful(day);
        privacy(day);
        family(day);
    }
    crowd(day, "corporate NAT", [60, 1_800], 40);
    crowd(day, "campus", [20, 700], 4);
    flash_sale(day);
}

fn get(target: String, action: &str) -> Said<'_> {
    Said {
        method: "GET",
        target,
        action,
        ..Said::default()
    }
}

/// A page or two of what everybody does.
fn browse(day: &mut Day<'_>, visitor: &mut Visitor, pages: u64) {
    let pace = day.regime.pace;
    for _ in 0..pages {
        let item = day.random.below(4_000);
        let said = match day.random.below(10) {
            0 => get("/".into(), "read"),
            1..=2 => get(format!("/search?q=boots+{}", item % 90), "search"),
            3 => Said {
                status: if item.is_multiple_of(20) { 404 } else { 200 },
                ..get(format!("/pages/{}", item % 40), "read")
            },
            _ => get(format!("/items/{item}"), "read"),
        };
        day.send(visitor, pace, said);
    }
}

fn buy(day: &mut Day<'_>, visitor: &mut Visitor) {
    let pace = day.regime.pace;
    let body = json!({"item": day.random.below(4_000), "note": day.text()}).to_string();
    for (target, action) in [("/cart", "checkout"), ("/pay", "payment")] {
        let said = Said {
            method: "POST",
            target: target.into(),
            action,
            body: Some(if action == "payment" {
                "{\"total\":4990}".into()
            } else {
                body.clone()
            }),
            ..Said::default()
        };
        day.send(visitor, pace, said);
    }
}

/// The account of somebody who has been here for a while.
fn customer(day: &mut Day<'_>, visitor: &mut Visitor) {
    let age = day.random.skewed(25, day.regime.oldest);
    let most = 1 + day.regime.orders * age.min(900) / 900;
    let orders = day.random.skewed(0, most);
    day.account(visitor, age, orders);
}

fn known_device(day: &mut Day<'_>, visitor: &mut Visitor, known: u64) {
    let age = if day.random.may(known) {
        day.random.skewed(5, 700)
    } else {
        0
    };
    day.device(visitor, age);
}

fn loyal(day: &mut Day<'_>) {
    let mut visitor = day.visitor("loyal customer", false);
    customer(day, &mut visitor);
    let new_device = day.random.may(12);
    if new_device {
        visitor.persona = "loyal on a new device";
    }
    let age = if new_device {
        day.random.between(5, 300)
    } else {
        day.random.skewed(60, 200_000)
    };
    let moved = day.random.may(if new_device { 50 } else { 7 });
    let other_agent = new_device && day.random.may(20);
    day.session(&mut visitor, age, [moved, other_agent]);
    known_device(day, &mut visitor, if new_device { 0 } else { 90 });
    if day.random.may(10) {
        // behind a carrier's address, which a bot uses too
        visitor.ip = format!("100.64.7.{}", 1 + day.random.below(3));
    }
    let pages = day.random.skewed(3, 25);
    browse(day, &mut visitor, pages);
    if day.random.may(30) {
        buy(day, &mut visitor);
    }
}

fn anonymous(day: &mut Day<'_>) {
    let mut visitor = day.visitor("anonymous visitor", false);
    let age = day.random.skewed(1, 3_000);
    day.session(&mut visitor, age, [false, false]);
    let pages = day.random.skewed(1, 15);
    browse(day, &mut visitor, pages);
}

fn newcomer(day: &mut Day<'_>) {
    let mut visitor = day.visitor("newcomer", false);
    let pace = day.regime.pace;
    browse(day, &mut visitor, 3);
    let n = day.serial();
    let said = Said {
        method: "POST",
        target: "/signup".into(),
        action: "signup",
        body: Some("{\"name\":\"Ana\"}".into()),
        email: Some(if day.random.may(4) {
            format!("ana{n}@example..com")
        } else {
            format!("ana{n}@shop.example")
        }),
        ..Said::default()
    };
    day.send(&mut visitor, pace * 2, said);
    let age = day.random.below(3);
    day.account(&mut visitor, age, 0);
    day.session(&mut visitor, 60, [false, false]);
    day.device(&mut visitor, 0);
    browse(day, &mut visitor, 6);
    buy(day, &mut visitor);
}

fn traveller(day: &mut Day<'_>) {
    let mut visitor = day.visitor("traveller", false);
    customer(day, &mut visitor);
    let age = day.random.skewed(600, 400_000);
    day.session(&mut visitor, age, [true, day.random.0.is_multiple_of(13)]);
    known_device(day, &mut visitor, 95);
    // a hotel or a train
    visitor.ip = format!("198.51.100.{}", 1 + day.random.below(4));
    visitor.at = visitor.at % (HOURS / 8) + HOURS / 2;
    let pages = day.random.skewed(5, 40);
    browse(day, &mut visitor, pages);
    if day.random.may(30) {
        buy(day, &mut visitor);
    }
}

/// Many at one address.
fn crowd(day: &mut Day<'_>, persona: &'static str, [youngest, oldest]: [u64; 2], orders: u64) {
    for _ in 0..day.random.between(2, 4) {
        let ip = day.address();
        let busy = day.random.below(HOURS * 3 / 4);
        let members = day.random.between(day.regime.crowd / 4, day.regime.crowd);
        for _ in 0..members {
            let mut visitor = day.visitor(persona, false);
            visitor.ip.clone_from(&ip);
            visitor.at = busy + day.random.below(HOURS / 12);
            if day.random.may(day.regime.signed_in) {
                let age = day.random.between(youngest, oldest.min(day.regime.oldest));
                let orders = day.random.skewed(0, orders.min(day.regime.orders));
                day.account(&mut visitor, age, orders);
            }
            let age = day.random.skewed(10, 40_000);
            day.session(&mut visitor, age, [false, false]);
            known_device(day, &mut visitor, 80);
            let pages = day.random.skewed(4, 30);
            browse(day, &mut visitor, pages);
        }
    }
}

fn power_user(day: &mut Day<'_>) {
    let mut visitor = day.visitor("power user", false);
    customer(day, &mut visitor);
    let age = day.random.skewed(600, 90_000);
    day.session(&mut visitor, age, [false, false]);
    known_device(day, &mut visitor, 95);
    let pace = day.random.between(350, 1_200);
    let first = day.random.below(4_000);
    for step in 0..day.random.between(60, 250) {
        let said = get(format!("/items/{}", first + step * 7 % 90), "read");
        day.send(&mut visitor, pace, said);
    }
}

fn developer(day: &mut Day<'_>) {
    let mut visitor = day.visitor("developer with a token", false);
    visitor.headers = day.tool();
    visitor.cookies = false;
    customer(day, &mut visitor);
    if day.random.may(30) {
        day.session(&mut visitor, 50_000, [false, false]);
    }
    let pace = day.random.between(400, 20_000);
    for _ in 0..day.random.skewed(3, 90) {
        let prompt = day.prompt(false);
        let said = match day.random.below(20) {
            0 => Said {
                method: "POST",
                target: "/api/tokens".into(),
                action: "token_create",
                body: Some("{\"scope\":\"read\"}".into()),
                ..Said::default()
            },
            1..=8 => Said {
                method: "POST",
                target: "/v1/chat".into(),
                action: "inference",
                body: Some(json!({"prompt": prompt}).to_string()),
                message: Some(prompt),
                ..Said::default()
            },
            n => get(format!("/api/items?page={n}"), "read"),
        };
        day.send(&mut visitor, pace, said);
    }
}

fn forgetful(day: &mut Day<'_>) {
    let mut visitor = day.visitor("forgetful user", false);
    known_device(day, &mut visitor, 80);
    day.session(&mut visitor, 100, [false, false]);
    let email = format!("kim{}@mail.example", day.serial());
    let tries = day.random.between(3, 11);
    for attempt in 0..tries {
        let said = Said {
            method: "POST",
            target: "/login".into(),
            action: "login",
            body: Some("{\"password\":\"x\"}".into()),
            email: Some(email.clone()),
            login_failed: attempt + 1 < tries,
            ..Said::default()
        };
        day.send(&mut visitor, 9_000, said);
    }
    customer(day, &mut visitor);
    browse(day, &mut visitor, 5);
}

fn privacy(day: &mut Day<'_>) {
    let mut visitor = day.visitor("privacy browser", false);
    // an exit that many use, not all of them well
    visitor.ip = format!("192.0.2.{}", 1 + day.random.below(3));
    visitor
        .headers
        .retain(|(name, _)| !["sec-ch-ua", "sec-ch-ua-platform", "dnt"].contains(&name.as_str()));
    if day.random.may(8) {
        visitor.headers.retain(|(name, _)| name != "user-agent");
    }
    visitor.cookies = day.random.may(50);
    if day.random.may(60) {
        customer(day, &mut visitor);
        day.device(&mut visitor, 0);
        day.session(&mut visitor, 200, [true, false]);
    } else {
        day.session(&mut visitor, 20, [false, false]);
    }
    let pages = day.random.skewed(3, 25);
    browse(day, &mut visitor, pages);
}

fn poster(day: &mut Day<'_>) {
    let mut visitor = day.visitor("poster of code", false);
    customer(day, &mut visitor);
    let age = day.random.skewed(60, 90_000);
    day.session(&mut visitor, age, [day.random.0.is_multiple_of(11), false]);
    known_device(day, &mut visitor, 85);
    for _ in 0..day.random.between(2, 9) {
        browse(day, &mut visitor, 2);
        let payload = day.payload();
        let text = match day.random.below(4) {
            0 => format!("{}\n\n{payload}\n\nWhy does this not work?", day.text()),
            1 => payload,
            2 => format!("```\n{payload}\n```"),
            _ => day.text(),
        };
        let said = Said {
            method: "POST",
            target: "/posts".into(),
            action: "post_content",
            body: Some(json!({"title": "a question", "text": text}).to_string()),
            ..Said::default()
        };
        day.send(&mut visitor, 40_000, said);
    }
}

fn family(day: &mut Day<'_>) {
    let mut owner = day.visitor("family account", false);
    customer(day, &mut owner);
    for member in 0..day.random.between(2, 4) {
        let mut visitor = owner.clone();
        if member > 0 {
            visitor.headers = day.browser();
            if day.random.may(40) {
                visitor.ip = day.address();
            }
        }
        visitor.at = day.random.below(HOURS);
        let age = day.random.skewed(60, 90_000);
        day.session(&mut visitor, age, [day.random.0.is_multiple_of(5), false]);
        known_device(day, &mut visitor, 90);
        let pages = day.random.skewed(3, 20);
        browse(day, &mut visitor, pages);
    }
}

/// Everybody at once, and quicker than usual.
fn flash_sale(day: &mut Day<'_>) {
    let opens = day.random.between(HOURS / 4, HOURS * 3 / 4);
    let shared = day.address();
    for _ in 0..day.regime.visits / 8 {
        let mut visitor = day.visitor("flash-sale crowd", false);
        if day.random.may(35) {
            visitor.ip.clone_from(&shared);
        }
        visitor.at = opens + day.random.below(90_000);
        if day.random.may(75) {
            customer(day, &mut visitor);
        }
        let age = day.random.skewed(10, 9_000);
        day.session(&mut visitor, age, [false, false]);
        known_device(day, &mut visitor, 75);
        for _ in 0..day.random.between(3, 12) {
            day.send(&mut visitor, 1_500, get("/items/77".into(), "read"));
        }
        if day.random.may(40) {
            buy(day, &mut visitor);
        }
    }
}
