//! What differs between applications and days: the parameters of a regime.

/// One regime. Percentages unless said otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regime {
    pub(crate) name: &'static str,
    /// Visits of people on a day.
    pub(crate) visits: u64,
    /// How many clients share an office's or a campus' address at most.
    pub(crate) crowd: u64,
    /// Requests a minute that the policy lets one address make.
    pub(crate) per_address: u64,
    /// Requests a minute that the policy lets one user make: a contract.
    pub(crate) per_user: u64,
    /// The application tells `session`, `device`, orders, verification, outcomes, age.
    pub(crate) tells: [bool; 6],
    /// Accounts are this many days old at most.
    pub(crate) oldest: u64,
    /// A customer has this many orders at most.
    pub(crate) orders: u64,
    /// Campaigns of each kind of abuse.
    pub(crate) campaigns: u64,
    /// Abuse that copies a browser's headers.
    pub(crate) disguised: u64,
    /// Milliseconds between two requests of a person, on the whole.
    pub(crate) pace: u64,
    /// People who are signed in.
    pub(crate) signed_in: u64,
    /// How its routes look, see [`Regime::route`].
    pub(crate) routes: u8,
    /// People whose scripts' requests carry a page's headers, as in recordings that
    /// were put together.
    pub(crate) careless: u64,
}

/// Every regime.
pub(crate) const REGIMES: [Regime; 6] = [
    Regime {
        name: "shop",
        visits: 700,
        crowd: 60,
        per_address: 60,
        per_user: 120,
        tells: [true, true, true, true, true, true],
        oldest: 2_500,
        orders: 60,
        campaigns: 3,
        disguised: 50,
        pace: 9_000,
        signed_in: 60,
        routes: 0,
        careless: 0,
    },
    Regime {
        name: "api",
        visits: 500,
        crowd: 30,
        per_address: 90,
        per_user: 240,
        tells: [false, false, true, true, true, true],
        oldest: 1_200,
        orders: 20,
        campaigns: 4,
        disguised: 30,
        pace: 4_000,
        signed_in: 85,
        routes: 0,
        careless: 0,
    },
    Regime {
        name: "forum",
        visits: 800,
        crowd: 40,
        per_address: 40,
        per_user: 100,
        tells: [true, false, false, true, true, true],
        oldest: 3_500,
        orders: 1,
        campaigns: 2,
        disguised: 60,
        pace: 12_000,
        signed_in: 50,
        routes: 0,
        careless: 0,
    },
    Regime {
        name: "campus",
        visits: 900,
        crowd: 250,
        per_address: 80,
        per_user: 100,
        tells: [true, true, true, true, false, true],
        oldest: 900,
        orders: 8,
        campaigns: 2,
        disguised: 40,
        pace: 7_000,
        signed_in: 70,
        routes: 0,
        careless: 0,
    },
    Regime {
        name: "silent",
        visits: 600,
        crowd: 80,
        per_address: 60,
        per_user: 150,
        tells: [false, false, true, false, false, true],
        oldest: 2_000,
        orders: 30,
        campaigns: 3,
        disguised: 50,
        pace: 8_000,
        signed_in: 55,
        routes: 0,
        careless: 0,
    },
    Regime {
        name: "besieged",
        visits: 400,
        crowd: 50,
        per_address: 50,
        per_user: 120,
        tells: [true, true, true, true, true, true],
        oldest: 1_500,
        orders: 25,
        campaigns: 9,
        disguised: 75,
        pace: 9_000,
        signed_in: 60,
        routes: 0,
        careless: 0,
    },
];

/// Regimes that no weight was trained on, and no choice made by: other routes,
/// rates, crowds and contexts. The last tells who, and nothing of them.
pub(crate) const HELD: [Regime; 5] = [
    Regime {
        name: "market",
        visits: 600,
        crowd: 150,
        per_address: 30,
        per_user: 70,
        tells: [false, false, true, true, true, true],
        oldest: 1800,
        orders: 15,
        campaigns: 3,
        disguised: 80,
        pace: 5_000,
        signed_in: 45,
        routes: 2,
        careless: 0,
    },
    Regime {
        name: "bank",
        visits: 400,
        crowd: 40,
        per_address: 100,
        per_user: 200,
        tells: [true, true, false, true, true, true],
        oldest: 4_000,
        orders: 1,
        campaigns: 2,
        disguised: 70,
        pace: 15_000,
        signed_in: 90,
        routes: 1,
        careless: 0,
    },
    Regime {
        name: "gateway",
        visits: 500,
        crowd: 120,
        per_address: 50,
        per_user: 300,
        tells: [false, false, true, false, true, true],
        oldest: 1_000,
        orders: 40,
        campaigns: 3,
        disguised: 40,
        pace: 3_000,
        signed_in: 80,
        routes: 3,
        careless: 50,
    },
    Regime {
        name: "tickets",
        visits: 900,
        crowd: 300,
        per_address: 40,
        per_user: 90,
        tells: [true, true, true, true, false, true],
        oldest: 1_600,
        orders: 6,
        campaigns: 2,
        disguised: 90,
        pace: 6_000,
        signed_in: 65,
        routes: 1,
        careless: 20,
    },
    Regime {
        name: "hushed",
        visits: 600,
        crowd: 100,
        per_address: 60,
        per_user: 150,
        tells: [false, false, false, false, true, false],
        oldest: 1_600,
        orders: 10,
        campaigns: 3,
        disguised: 50,
        pace: 8_000,
        signed_in: 65,
        routes: 0,
        careless: 0,
    },
];

impl Regime {
    pub(crate) fn by_name(name: &str) -> Option<&'static Self> {
        REGIMES
            .iter()
            .chain(&HELD)
            .find(|regime| regime.name == name)
    }

    /// The target as this application writes it.
    pub(crate) fn route(&self, target: &str) -> String {
        let item = target.strip_prefix("/items/");
        match (self.routes, item) {
            (1, Some(number)) => format!("/c/boots/p-{number}.html"),
            (1, None) if !target.contains(['?', '.']) => format!("/de{target}"),
            (2, Some(number)) => format!("/catalog/view?sku={number}&lang=de"),
            (3, Some(number)) => format!("/api/v2/tenants/acme/items/{number}/details"),
            (3, None) if !target.contains(['?', '.']) => format!("/api/v2{target}"),
            _ => target.to_owned(),
        }
    }

    /// The policy that the simulated application runs, without refine.
    pub(crate) fn policy(&self, refine: &str) -> String {
        format!(
            r#"{{"version":1,"stepUp":true,"rules":[{{"rule":"shield","mode":"LIVE"}},{{"rule":"detectBot","mode":"LIVE","allow":["CATEGORY:SEARCH_ENGINE"]}},{{"rule":"slidingWindow","id":"per-address","mode":"LIVE","interval":"60s","max":{},"characteristics":["ip.src"]}},{{"rule":"slidingWindow","id":"per-user","mode":"LIVE","interval":"60s","max":{},"characteristics":["userId"]}},{{"rule":"validateEmail","mode":"LIVE","deny":["INVALID"]}},{{"rule":"detectPromptInjection","mode":"LIVE"}}]{refine}}}"#,
            self.per_address, self.per_user
        )
    }
}
