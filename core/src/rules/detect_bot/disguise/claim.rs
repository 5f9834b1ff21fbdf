//! Which browser a User-Agent claims to be, if it is one of the three whose
//! habits are known well enough to hold them against somebody.

/// What renders pages; it decides which headers a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chrome, Edge, Opera and their kin.
    Chromium,
    /// Firefox.
    Gecko,
    /// Safari, and every browser on iOS.
    WebKit,
}

/// Systems that client hints tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows.
    Windows,
    /// macOS.
    Mac,
    /// Linux, Android and Chrome OS: a site shown as for a desktop mixes them.
    Linux,
    /// iOS.
    Ios,
}

/// What a User-Agent claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The engine.
    pub engine: Engine,
    /// Its major version.
    pub major: u16,
    /// The system.
    pub system: System,
    /// It says that it is a phone.
    pub mobile: bool,
    /// A brand beside Chromium that names itself in its client hints.
    pub branded: bool,
}

impl Claim {
    /// Windows, macOS or Linux, not Android.
    #[must_use]
    pub fn is_desktop(&self, user_agent: &[u8]) -> bool {
        self.system != System::Ios && !self.mobile && !holds(user_agent, b"Android")
    }

    /// Engine and version in words.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.engine {
            Engine::Chromium => "Chromium",
            Engine::Gecko => "Firefox",
            Engine::WebKit => "Safari",
        }
    }
}

/// Words of a platform that browsers of their own kind write: web views, boxes,
/// consoles, and engines that only resemble one of the three.
const OTHER: [&[u8]; 12] = [
    b"; wv",
    b"; U;",
    b"TV",
    b"Tizen",
    b"tizen",
    b"Web0S",
    b"CrKey",
    b"Xbox",
    b"PlayStation",
    b"Nintendo",
    b"compatible",
    b"Windows Phone",
];

/// The claim of a User-Agent that is word for word that of a plain browser. Of
/// web views, applications, televisions and consoles nothing is expected.
#[must_use]
pub(super) fn read(user_agent: &[u8]) -> Option<Claim> {
    let rest = user_agent.strip_prefix(b"Mozilla/5.0 (")?;
    let close = rest.iter().position(|b| *b == b')')?;
    let platform = rest.get(..close)?;
    let tail = rest.get(close.saturating_add(1)..)?.trim_ascii_start();
    if OTHER.iter().any(|word| holds(platform, word)) {
        return None;
    }
    let system = system(platform)?;
    if tail.starts_with(b"Gecko/") {
        return gecko(tail, system, platform);
    }
    let products = tail.strip_prefix(b"AppleWebKit/")?;
    let like = products.iter().position(|b| *b == b')')?;
    let head = products.get(..like)?;
    if !head.ends_with(b" (KHTML, like Gecko") {
        return None;
    }
    webkit(products.get(like.saturating_add(1)..)?, system)
}

fn system(platform: &[u8]) -> Option<System> {
    let starts = |word: &[u8]| platform.starts_with(word);
    if starts(b"Windows NT") {
        Some(System::Windows)
    } else if starts(b"Macintosh;") {
        Some(System::Mac)
    } else if starts(b"X11;") || starts(b"Linux; Android") || starts(b"Android") {
        Some(System::Linux)
    } else if starts(b"iPhone;") || starts(b"iPad;") {
        Some(System::Ios)
    } else {
        None
    }
}

/// `Gecko/20100101 Firefox/128.0`.
fn gecko(tail: &[u8], system: System, platform: &[u8]) -> Option<Claim> {
    let mut words = tail.split(|b| *b == b' ');
    words.next()?;
    let major = version(words.next()?, b"Firefox/")?;
    words.next().is_none().then_some(Claim {
        engine: Engine::Gecko,
        major,
        system,
        mobile: holds(platform, b"Mobile"),
        branded: false,
    })
}

/// `Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.0.0`, or
/// `Version/17.5 Mobile/15E148 Safari/604.1`.
fn webkit(products: &[u8], system: System) -> Option<Claim> {
    let (mut chrome, mut safari, mut mobile, mut branded, mut ended) =
        (None, None, false, false, false);
    for word in products
        .split(|b| *b == b' ')
        .filter(|word| !word.is_empty())
    {
        if let Some(major) = version(word, b"Chrome/") {
            chrome = Some(major);
        } else if let Some(major) = version(word, b"Version/") {
            safari = Some(major);
        } else if word == b"Mobile" || word.starts_with(b"Mobile/") {
            mobile = true;
        } else if word.starts_with(b"Safari/") {
            ended = true;
        } else if [b"Edg/", b"OPR/"]
            .iter()
            .any(|name| word.starts_with(*name))
            || word.starts_with(b"EdgA/")
        {
            branded = true;
        } else {
            return None;
        }
    }
    let (engine, major) = match (chrome, safari) {
        (Some(major), None) if system != System::Ios => (Engine::Chromium, major),
        (None, Some(major)) if matches!(system, System::Mac | System::Ios) => {
            (Engine::WebKit, major)
        }
        _ => return None,
    };
    ended.then_some(Claim {
        engine,
        major,
        system,
        mobile,
        branded,
    })
}

fn version(word: &[u8], name: &[u8]) -> Option<u16> {
    major(word.strip_prefix(name)?)
}

/// The digits in front, at most four of them.
pub(super) fn major(text: &[u8]) -> Option<u16> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit());
    let mut number = None;
    for digit in digits.take(4) {
        let so_far: u16 = number.unwrap_or_default();
        number = Some(
            so_far
                .saturating_mul(10)
                .saturating_add(u16::from(digit.saturating_sub(b'0'))),
        );
    }
    number
}

/// The word occurs, in this case.
pub(super) fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|w| w == word)
}
