//! The signals that refine weighs: what each is, in which direction it may move
//! the score, and its quantised levels. This table is the contract between
//! rules and weights; its hash stands in the weights' file.
//!
//! Level zero is "nothing known", and weighs nothing. A signal that raises the
//! risk never lowers it at a higher level, one that lowers it never raises it.

/// One signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its name in explanations.
    pub name: &'static str,
    /// It raises the risk; otherwise it lowers it.
    pub raises: bool,
    /// Its highest level.
    pub levels: u8,
    /// One sentence, for the application and its logs.
    pub says: &'static str,
}

macro_rules! signals {
    ($($id:ident $name:literal $direction:ident $levels:literal $says:literal;)*) => {
        /// Places of the signals in [`SIGNALS`].
        #[allow(clippy::upper_case_acronyms, reason = "names of the table's rows")]
        #[allow(non_camel_case_types, reason = "see above")]
        #[derive(Clone, Copy)]
        pub(super) enum At { $($id),* }

        /// Every signal, in the order of the vector.
        pub const SIGNALS: &[Signal] = &[$(Signal {
            name: $name,
            raises: signals!(@ $direction),
            levels: $levels,
            says: $says,
        }),*];

        /// How many there are.
        pub const COUNT: usize = [$(signals!(@ $direction)),*].len();
    };
    (@ up) => { true };
    (@ down) => { false };
}

signals! {
    // what rules found
    SHIELD "shield.content" up 4 "the shield found what may be content";
    CODE "shield.code" up 4 "the shield found code that runs on servers";
    PLACE "shield.place" up 3 "it is where no prose or code belongs";
    KINDS "shield.kinds" up 2 "the shield found several kinds of attacks";
    TOOL "bot.tool" up 2 "the client names a tool or library";
    BOT "bot.other" up 5 "the client looks like automation";
    LIMIT "limit.address" up 4 "the limit of the address is used up, or nearly";
    CLAIM "limit.claim" up 1 "the limit of something the client claims is used up";
    EMAIL "email" up 3 "the e-mail address is doubtful";
    SENSITIVE "sensitive" up 2 "sensitive information was sent";
    PROMPT "prompt" up 4 "the text tries to instruct the model";
    OTHER "rule.other" up 3 "another rule objects";
    OBJECTIONS "rules.objecting" up 2 "several rules object";
    SHARED "address.shared" down 3 "the limit is of an address that many customers share, and this client asks for little";
    // what the request looks like
    BROWSER "request.browser" down 2 "the request has what browsers send on a site they visit";
    // what the application knows
    AGE "account.age" down 5 "the account is old";
    ORDERS "account.orders" down 4 "the account has orders";
    VERIFIED "account.verified" down 1 "the account's e-mail address is verified";
    MFA "account.mfa" down 1 "the account has a second factor";
    SESSION "session.age" down 3 "the session is old";
    DEVICE "device.age" down 3 "the device is known";
    STEP_UP "session.stepUp" down 2 "a step-up was passed lately";
    STANDING "standing" down 6 "an established customer in an unbroken session";
    CHARGEBACKS "account.chargebacks" up 2 "the account has chargebacks";
    FRESH "account.fresh" up 2 "the account is new";
    CHANGED "session.changed" up 3 "the session changed its address or User-Agent";
    TAKEOVER "session.takeover" up 3 "a changed session heads for what thieves want";
    // how they behave
    ADDRESS_PACE "address.pace" up 3 "the address is busy";
    ADDRESS_FAILED "address.failures" up 3 "much fails from this address";
    ADDRESS_FLAGGED "address.flagged" up 3 "attacks came from this address";
    PACE "client.pace" up 4 "the client is fast";
    REGULAR "client.regular" up 2 "the client keeps a regular beat";
    WALK "client.walk" up 3 "the client walks through numbers";
    PATHS "client.paths" up 2 "the client asks for very many paths";
    FLAGGED "client.flagged" up 3 "the client sent attacks before";
    MOVES "client.moves" up 2 "the session came from many addresses";
    USER_FLAGGED "user.flagged" up 3 "the user sent attacks before";
    USER_FAILED "user.failures" up 2 "much fails for this user";
    USER_PACE "user.pace" up 3 "the user is fast";
    HISTORY "user.history" down 4 "the user has a good history here";
    HOME "user.home" down 2 "the user is where they usually are";
    AWAY "user.away" up 2 "the user was never here, or never with this client";
}

/// The quantised levels of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vector(pub(super) [u8; COUNT]);

impl Default for Vector {
    fn default() -> Self {
        Self([0; COUNT])
    }
}

impl Vector {
    /// Of these levels; those too high count as the highest.
    #[must_use]
    pub fn new(levels: [u8; COUNT]) -> Self {
        let mut vector = Self(levels);
        for (level, signal) in vector.0.iter_mut().zip(SIGNALS) {
            *level = (*level).min(signal.levels);
        }
        vector
    }

    /// The levels, in the order of [`SIGNALS`].
    #[must_use]
    pub fn levels(&self) -> &[u8; COUNT] {
        &self.0
    }

    /// Raises a signal to at least this level.
    pub(super) fn raise(&mut self, at: At, level: u8) {
        let index = at as usize;
        let most = SIGNALS.get(index).map_or(0, |signal| signal.levels);
        if let Some(slot) = self.0.get_mut(index) {
            *slot = (*slot).max(level.min(most));
        }
    }

    pub(super) fn get(&self, at: At) -> u8 {
        self.0.get(at as usize).copied().unwrap_or(0)
    }
}

/// How many of the ascending bounds a value reaches.
pub(super) fn level(value: impl Into<u64>, bounds: &[u16]) -> u8 {
    let value = value.into();
    let reached = bounds.iter().filter(|bound| value >= u64::from(**bound));
    u8::try_from(reached.count()).unwrap_or(u8::MAX)
}

/// The hash of the table (FNV-1a over names, directions and levels): weights are
/// of one contract.
#[must_use]
pub fn contract() -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for signal in SIGNALS {
        signal.name.bytes().for_each(&mut eat);
        eat(u8::from(signal.raises));
        eat(signal.levels);
    }
    hash
}
