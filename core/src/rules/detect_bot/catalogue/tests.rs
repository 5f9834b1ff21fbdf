//! What is found, what is not, and people who must not be.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;

fn names(user_agent: &str) -> Vec<&'static str> {
    let found = Catalogue::default().find(user_agent.as_bytes(), &[]);
    let name = |m: &Match| match m.bot {
        Bot::Known(id) => id.name(),
        Bot::Custom(_) => "custom",
    };
    found.iter().map(name).collect()
}

#[test]
fn names_are_found_in_either_case() {
    for user_agent in ["curl/8.4.0", "CURL/8.4.0", "cUrL/8"] {
        assert_eq!(names(user_agent), ["curl"]);
    }
    let googlebot = "Mozilla/5.0 (compatible; GOOGLEBOT/2.1; +http://www.google.com/bot.html)";
    assert_eq!(names(googlebot), ["google-crawler"]);
}

#[test]
fn every_identifier_is_found_again() {
    let mut count = 0_u16;
    for bot in all() {
        let arcjet = bot.name().to_ascii_uppercase().replace('-', "_");
        assert_eq!(by_id(bot.name()), Some(bot), "{bot:?}");
        assert_eq!(by_id(&arcjet), Some(bot), "{bot:?}");
        assert!(
            bot.categories().iter().next().is_some(),
            "{bot:?} has no category"
        );
        count = count.saturating_add(1);
    }
    assert_eq!(count, table::BOTS);
    assert_eq!(by_id("no-such-bot"), None);
    assert_eq!(by_id(""), None);
}

#[test]
fn the_most_specific_name_counts() {
    for (user_agent, expected) in [
        ("Googlebot-Image/1.0", vec!["google-crawler-image"]),
        ("python-requests/2.32", vec!["python-requests"]),
        (
            "PHP-Curl-Class/4.13.0 (+https://example.org) PHP/7.2 curl/7.61",
            vec!["php-curlclass"],
        ),
        (
            "Mozilla/5.0 (compatible; YandexRenderResourcesBot/1.0; +http://yandex.com/bots)",
            vec!["yandex-crawler-javascript"],
        ),
        ("TelegramBot (like TwitterBot)", vec!["telegram-crawler"]),
        (
            "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            vec!["imessage-preview"],
        ),
        ("facebookexternalhit/1.1", vec!["facebook-share-crawler"]),
        ("Twitterbot/1.0", vec!["twitter-crawler"]),
    ] {
        assert_eq!(names(user_agent), expected, "{user_agent}");
    }
}

#[test]
fn tools_the_lists_lack() {
    for (user_agent, expected) in [
        ("node", "node"),
        ("undici", "undici"),
        ("Java/17.0.15", "java"),
        ("Ruby", "ruby"),
        ("needle/3.3.1 (Node.js v20.1; linux x64)", "needle"),
        ("node-superagent/3.8.3", "superagent"),
        ("urllib3/2.2.1", "urllib3"),
        ("Bun/1.1.0", "bun"),
        ("Deno/2.0", "deno"),
        ("reqwest/0.12", "rust"),
        (
            "Mozilla/5.0 (Windows NT; Windows NT 10.0) WindowsPowerShell/5.1",
            "powershell",
        ),
        (
            "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)",
            "nuclei",
        ),
        ("kube-probe/1.30", "kube-probe"),
    ] {
        let found = names(user_agent);
        assert!(found.contains(&expected), "{user_agent}: {found:?}");
    }
}

#[test]
fn evidence_without_a_name() {
    for (user_agent, expected) in [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Foozlebot/2.1",
            "generic-bot",
        ),
        ("foozle-crawler", "generic-bot"),
        (
            "Mozilla/5.0 (Linux) Gecko/1 (see https://foozle.example/)",
            "generic-contact",
        ),
        (
            "Mozilla/5.0 (Linux) Gecko/1 ops@foozle.example",
            "generic-mail",
        ),
        ("Mozilla/5.0 (compatible; Foozle/1.0)", "generic-compatible"),
        ("Foozle/1.0", "generic-client"),
        (
            "visit.example/x Mozilla/5.0 (Macintosh) Safari/537.36",
            "generic-client",
        ),
        ("Mozilla/5.0", "generic-mozilla"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
            "generic-mozilla",
        ),
    ] {
        assert_eq!(names(user_agent), [expected], "{user_agent}");
    }
}

#[test]
fn people() {
    for user_agent in [
        "",
        "-",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36 (Ecosia android@150.0.0.0)",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 5.1; Panasonic ELUGA) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; U; Android 8.1; zh-cn) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/62.0 SogouMSE,SogouMobileBrowser/5.22",
        "Mozilla/5.0 (X11; U; Linux i686; de; rv:1.9.1.10) Gecko/20100504 Lightning/1.0b1 SeaMonkey/2.0.5",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Code/1.90.0 Chrome/122.0 Electron/29.4 Safari/537.36",
        "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
        "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; http://bsalsa.com)",
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0; Avant Browser [avantbrowser.com]; .NET CLR 3.5)",
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; NOKIA; Lumia 520)",
        "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.2 (like Gecko)",
        "Mozilla/4.5 (compatible; iCab 2.9.8; Macintosh; U; PPC)",
        "Mozilla/4.76 [en] (X11; U; Linux 2.2.16 i686)",
        "Mozilla/5.0 (PLAYSTATION 3; 1.00)",
        "Mozilla/5.0 (Nintendo 3DS; U; ; en) Version/1.7498.US",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1/30.3697; U; en) Presto/2.8.119 Version/11.10",
        "Opera/9.80 (Linux armv7l; HbbTV/1.2.1 (; Philips; ; ; PhilipsTV; )) Presto/2.12.407",
        "HbbTV/1.1.1 (;;;;;) Mozilla/5.0 (compatible; ANTGalio/3.0; Linux2.6)",
        "Nokia6300/2.0 (04.20) Profile/MIDP-2.0 Configuration/CLDC-1.1",
        "BlackBerry9700/5.0.0.351 Profile/MIDP-2.1 Configuration/CLDC-1.1 VendorID/123",
        "SAMSUNG-GT-S5230/S523MXEIK1 SHP/VPP/R5 Jasmine/1.0 Nextreaming SMM-MMS/1.2.0",
        "SonyEricssonK800i/R1ED Browser/NetFront/3.3 Profile/MIDP-2.0",
        "UCWEB/2.0 (MIDP-2.0; U; Adr 4.4.2; en-US) U2/1.0.0 UCBrowser/10.7",
        "Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1",
        "Links (2.8; Linux 4.9 x86_64; text)",
        "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 6 Build/TQ3A)",
        "Shop/3.2 CFNetwork/1485 Darwin/23.1.0",
    ] {
        assert_eq!(names(user_agent), Vec::<&str>::new(), "{user_agent}");
    }
}

#[test]
fn bots_of_the_application() {
    let shop = category("tool").map(Categories::only).unwrap();
    let custom = [CustomBot {
        id: "shop".into(),
        literals: vec![String::new(), "ShopSync/".into()],
        categories: shop,
    }];
    let found = Catalogue::default().find(b"Mozilla/5.0 shopsync/2", &custom);
    let all: Vec<Bot> = found.iter().map(|m| m.bot).collect();
    assert_eq!(all, [Bot::Custom(0)]);
    assert!(Catalogue::default().find(b"", &custom).is_empty());
}

#[test]
fn categories_by_name() {
    assert_eq!(
        category("search-engine").map(Category::name),
        Some("SEARCH_ENGINE")
    );
    assert_eq!(category("SEARCH"), None);
    let search = category("SEARCH_ENGINE").map(Categories::only).unwrap();
    for id in [
        "google-crawler",
        "bing-crawler",
        "duckduckgo-crawler",
        "seznam-crawler",
    ] {
        assert!(by_id(id).unwrap().categories().meets(search), "{id}");
    }
    let tool = category("TOOL").map(Categories::only).unwrap();
    assert!(by_id("CURL").unwrap().categories().meets(tool));
    assert!(!by_id("python-requests").unwrap().categories().meets(tool));
}

#[test]
fn errors_can_suggest() {
    assert_eq!(suggest("GOOGLE_CRAWLR"), Some("google-crawler"));
    assert_eq!(suggest("CATEGORY:SEARCH_ENGINES"), Some("SEARCH_ENGINE"));
    assert_eq!(suggest("CATEGORY:SEARCH"), Some("SEARCH_ENGINE"));
    assert_eq!(suggest("qqqqqqqqqqqq"), None);
    assert_eq!(suggest("é"), None);
}

#[test]
fn only_the_head_is_read() {
    let pad = "x".repeat(LIMIT);
    let text = format!("Mozilla/5.0 (X11) Gecko/1 {pad} curl/8 Googlebot/2.1");
    assert!(Catalogue::default().find(text.as_bytes(), &[]).is_empty());
    let many: String = all().map(|bot| bot.name().to_string() + "/ ").collect();
    assert!(
        Catalogue::default()
            .find(many.as_bytes(), &[])
            .iter()
            .count()
            <= MATCHES
    );
    let hostile = "spider facebookexternalhit ".repeat(200);
    assert!(
        !Catalogue::default()
            .find(hostile.as_bytes(), &[])
            .is_empty()
    );
}
