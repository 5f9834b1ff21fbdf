//! The types of values, by the names that policies and files use.

/// A type of sensitive value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// An e-mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// The number of a payment card.
    CreditCardNumber,
    /// An international bank account number.
    Iban,
    /// A United States social security number.
    UsSsn,
    /// A number of the National Health Service.
    UkNhs,
    /// The address of a cryptocurrency wallet.
    CryptoAddress,
    /// A key of a service.
    ApiKey,
    /// A JSON Web Token.
    Jwt,
    /// The address of a network interface.
    MacAddress,
    /// The number of a United States passport.
    UsPassport,
    /// A private key in PEM.
    PrivateKey,
    /// Name and password inside a URL.
    UrlCredentials,
}

/// Every type and its name, in the order of documentation.
pub const ENTITIES: [(Entity, &str); 14] = [
    (Entity::Email, "EMAIL"),
    (Entity::PhoneNumber, "PHONE_NUMBER"),
    (Entity::IpAddress, "IP_ADDRESS"),
    (Entity::CreditCardNumber, "CREDIT_CARD_NUMBER"),
    (Entity::Iban, "IBAN"),
    (Entity::UsSsn, "US_SSN"),
    (Entity::UkNhs, "UK_NHS"),
    (Entity::CryptoAddress, "CRYPTO_ADDRESS"),
    (Entity::ApiKey, "API_KEY"),
    (Entity::Jwt, "JWT"),
    (Entity::MacAddress, "MAC_ADDRESS"),
    (Entity::UsPassport, "US_PASSPORT"),
    (Entity::PrivateKey, "PRIVATE_KEY"),
    (Entity::UrlCredentials, "URL_CREDENTIALS"),
];

impl Entity {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ENTITIES
            .iter()
            .find(|(entity, _)| *entity == self)
            .map_or("", |(_, name)| name)
    }

    /// The type of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ENTITIES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(entity, _)| *entity)
    }

    const fn bit(self) -> u16 {
        1_u16.wrapping_shl(match self {
            Self::Email => 0,
            Self::PhoneNumber => 1,
            Self::IpAddress => 2,
            Self::CreditCardNumber => 3,
            Self::Iban => 4,
            Self::UsSsn => 5,
            Self::UkNhs => 6,
            Self::CryptoAddress => 7,
            Self::ApiKey => 8,
            Self::Jwt => 9,
            Self::MacAddress => 10,
            Self::UsPassport => 11,
            Self::PrivateKey => 12,
            Self::UrlCredentials => 13,
        })
    }
}

/// A set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted(u16);

impl Wanted {
    /// Every type.
    pub const ALL: Self = Self(u16::MAX);
    /// No type.
    pub const NONE: Self = Self(0);

    /// The set and this type.
    #[must_use]
    pub const fn and(self, entity: Entity) -> Self {
        Self(self.0 | entity.bit())
    }

    /// Whether a type is in it.
    #[must_use]
    pub const fn has(self, entity: Entity) -> bool {
        self.0 & entity.bit() != 0
    }
}
