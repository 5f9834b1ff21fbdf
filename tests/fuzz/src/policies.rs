//! Policies in letters: one of [`RULES`] each, LIVE as a capital and DRY_RUN as
//! a small one. A digit chooses what stands beside the rules, `!` is the
//! on-call switch. Everything else says nothing.

/// Rules in most of a policy.
const MOST: usize = 8;

/// Rules without their mode. Some key by what the client claims ([`claims`]).
pub const RULES: &[&str] = &[
    r#""rule":"shield""#,
    r#""rule":"shield","onError":"deny""#,
    r#""rule":"detectBot","allow":["CATEGORY:SEARCH_ENGINE"]"#,
    r#""rule":"detectBot","deny":["curl"],"onError":"challenge""#,
    r#""rule":"fixedWindow","window":"1h","max":2"#,
    r#""rule":"fixedWindow","window":"10s","max":0,"characteristics":["http.host"]"#,
    r#""rule":"slidingWindow","interval":"60s","max":3,"characteristics":["userId"]"#,
    r#""rule":"slidingWindow","interval":"60s","max":1,"characteristics":["http.request.headers[\"x-key\"]"]"#,
    r#""rule":"tokenBucket","refillRate":5,"interval":"10s","capacity":10,"characteristics":["ip.src","userId"]"#,
    r#""rule":"tokenBucket","refillRate":1,"interval":"1s","capacity":2,"characteristics":["email"]"#,
    r#""rule":"validateEmail","deny":["INVALID"]"#,
    r#""rule":"validateEmail","deny":["INVALID"],"onError":"deny""#,
    r#""rule":"filter","deny":["http.request.uri.path eq \"/admin\" or http.request.uri.path matches \"(?i)\\.php$\""]"#,
    r#""rule":"filter","allow":["context[\"plan\"] eq \"pro\" or http.request.method eq \"GET\""]"#,
    r#""rule":"filter","deny":["not ip.src in {203.0.113.0/24 2001:db8::/32} and len(http.request.uri.args[\"q\"]) gt 20"],"onError":"deny""#,
    r#""rule":"filter","deny":["lower(http.request.headers[\"user-agent\"]) contains \"bot\" xor http.request.cookie[\"a\"] wildcard \"*1\""],"onError":"challenge""#,
];

const BESIDE: [&str; 5] = [
    "",
    r#""proxies":["203.0.113.0/24","2001:db8::/32"],"#,
    r#""proxies":2,"#,
    r#""body":{"maxBytes":1024,"oversize":"deny"},"#,
    r#""characteristics":["ip.src","http.request.cookie[\"session\"]"],"stepUp":true,"#,
];

/// A policy of the letters.
#[derive(Debug)]
pub struct Policy {
    rules: Vec<(usize, bool)>,
    beside: &'static str,
    /// Under `DOORWARD_MODE=DRY_RUN`.
    pub dry_run: bool,
}

impl Policy {
    /// Reads any letters.
    #[must_use]
    pub fn read(letters: &[u8]) -> Self {
        let mut policy = Self {
            rules: Vec::new(),
            beside: "",
            dry_run: false,
        };
        for letter in letters {
            match letter {
                b'!' => policy.dry_run = true,
                b'0'..=b'9' => policy.beside = BESIDE[usize::from(letter - b'0') % BESIDE.len()],
                b'A'..=b'Z' | b'a'..=b'z' if policy.rules.len() < MOST => {
                    let rule = usize::from(letter.to_ascii_uppercase() - b'A') % RULES.len();
                    policy.rules.push((rule, letter.is_ascii_uppercase()));
                }
                _ => {}
            }
        }
        policy
    }

    /// Canonical text of those rules that `keep` (given: is it LIVE?) keeps.
    /// Ids follow the place, so that leaving rules out renames nothing.
    pub fn text(&self, keep: impl Fn(bool) -> bool) -> String {
        let rules: Vec<String> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, (_, live))| keep(*live))
            .map(|(place, (rule, live))| {
                let mode = if *live { "LIVE" } else { "DRY_RUN" };
                format!(
                    "{{{},\"mode\":\"{mode}\",\"id\":\"r{place}\"}}",
                    RULES[*rule]
                )
            })
            .collect();
        format!("{{{}\"rules\":[{}]}}", self.beside, rules.join(","))
    }

    /// How many rules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule at a place, without its mode.
    #[must_use]
    pub fn rule(&self, place: usize) -> &'static str {
        RULES[self.rules[place].0]
    }
}

/// Whether a rule counts by the client's word alone (law 8).
#[must_use]
pub fn claims(rule: &str) -> bool {
    ["http.host", "x-key", "[\"email\"]"]
        .iter()
        .any(|claim| rule.contains("characteristics") && rule.contains(claim))
}
