//! What the words around a candidate say: that it is such a value, that it is
//! something else, or nothing.
//!
//! The nearest word that matters decides, before the candidate first, then
//! behind it. The way back ends at another number, at the end of a sentence and
//! after [`BEFORE`] bytes, so no byte is read more often than twice.

use super::{Candidate, Entity, byte, part};
use crate::text::words::hash;

/// How far is looked before and behind a candidate, in bytes and words.
pub(super) const BEFORE: usize = 72;
const BEHIND: usize = 28;
const WORDS_BEFORE: u8 = 9;
const WORDS_BEHIND: u8 = 3;

/// What the words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    For,
    None,
    Against,
}

/// Classes of words, a letter and the words: lists of several languages, of
/// what people and programs write beside such values.
///
/// `P` phone, `O` places of phones, `Q` to write to, `C` card, `S` social
/// security, `N` health service, `T` travel, `I` network, `R` remote shell,
/// `M` hardware, `W` wallet, `V` version, `H` digest, `X` another number, `J`
/// a name that may be any number, `#` number, `Y` whose.
const WORDS: &str = "P phone phones telephone telephones tel tele ph phoneno phonenumber mobilenumber telno \
telephoneno mobile mobiles mob cell cellphone cellular fax faxes facsimile call calls called calling caller callback \
dial dialed dialled dialing ring rang reach reached reachable answer answering voicemail landline hotline helpline \
whatsapp viber telegram signal sms texted texting contact contacts contactnumber msisdn smartphone handset switchboard \
handy handynummer rufnummer \
festnetz anrufen anruf ruf rufen erreichen erreichbar mobil mobilnummer mobiltelefon mobiel mobilni mobitel tlf tfn \
telf tfno telemovel telemóvel celular celulare cellulare movil móvil llamar llama llame llamada llámame llamame \
contacto contato ligar ligue chamar appeler appelez appel appelle joindre joignable portable téléphone telephonique \
tél teléfono chiama chiamare chiamami bellen bel gebeld ringa ringe puhelin puh soita matkapuhelin \
hívjon telefón zavolajte zadzwoń komórka komórkowy komorka τηλ τηλέφωνο κινητό тел \
звоните звонить позвоните моб мобильный ligação numer téléphonez whats\n\
O office desk home work direct extension ext main\n\
Q text message msg wire\n\
C card cards creditcard debitcard cardnumber cardno cardnum ccnum ccnumber ccn cc visa mastercard amex discover jcb \
maestro diners unionpay credit debit pan karte kreditkarte kreditkartennummer kartennummer tarjeta carte carta cartao \
cartão kort kreditkort karta karty kaart creditcardnummer luottokortti карта карты charge charged payment pay\n\
S ssn ssns social socialsecurity socialsecuritynumber ss soc\n\
N nhs nhsno nhsnumber patient patients nhsnum gp\n\
T passport passports passportno passportnumber passport_no pasaporte passeport reisepass passaporto passaporte paspoort\n\
I ip ips ipv4 ipv6 ipaddr ipaddress inet addr address addresses host hosts hostname server servers client clients \
proxy gateway dns ping pinging subnet vpn network traceroute login logged logins connection connections connect \
connected connecting peer remote source src dst destination nameserver router block blocked ban banned request \
requests traffic firewall nmap curl whitelist allowlist denylist blacklist attacker visitor endpoint node device dirección \
adresse direccion indirizzo endereço listen listening bind routes resolves\n\
R ssh scp sftp rsync telnet\n\
M mac macs macaddr macaddress hwaddr hardware ethernet ether bssid wifi nic interface wlan bluetooth arp device\n\
W bitcoin btc wallet wallets crypto ethereum eth ether litecoin ltc dogecoin doge donate donation donations donated \
monero xmr usdt usdc tether tron trx dash zcash bch blockchain satoshi payout ripple xrp walletaddress cryptocurrency \
portefeuille cartera geldbörse solana coin coins token tokens metamask ledger\n\
V version versions ver v release released releases build builds firmware driver drivers software update updated \
updates upgrade upgraded upgrading downgrade package packages kernel chrome firefox safari oid snmp section chapter \
clause patch installer assembly assemblyversion fileversion sdk runtime plugin\n\
H hash hashes commit commits sha sha1 sha256 sha512 md5 digest checksum fingerprint fingerprints etag uuid guid blob\n\
X order orders orderid orderno ordernumber invoice invoices inv ticket tickets tracking trackingnumber shipment parcel sku \
item items product products part serial model isbn issn pr build timestamp timestamps epoch unix time times date dates \
year years born dob population score scores points room floor page pages line lines row rows chapter batch lot barcode \
upc ean gtin asin quote po coordinates latitude longitude lat lon lng price prices total totals amount amounts sum usd \
eur gbp dollars euros unit units qty quantity bytes kb mb size port ports pid error errno exit status booking \
reservation confirmation transaction transactions txn tx policy claim claims vin imei imsi iccid meter cas doi pmid \
arxiv isin cusip swift bic routing iban vat ein npi postcode zip zipcode postal frequency seed offset index \
width height resolution pixels px average version release commit hash revision account acct accounts factura \
facture rechnung bestellung bestellnummer auftrag pedido commande kundennummer rechnungsnummer sendungsnummer \
ms seconds milliseconds minutes votes views followers users people inhabitants rounds records copies revenue profit \
depth stack function method limit max min count counter level \
flight train bus exam test grade student employee licence license plate patent bill statement\n\
J id ids ref refs reference references code codes case record customer customers member membership issue file key \
identifier referenz referencia pin otp\n\
# number numbers no nos nr num numero número números nummer numéro numer номер nbr\n\
Y my your his her our their mine mein meine deine ihre mi mon ma notre votre tu su meu minha seu sua mio il mijn min mitt moj mój мой";

/// Beyond ASCII words have no blanks everywhere, or many endings: these are looked for inside.
const INSIDE: [(&str, u8); 11] = [
    ("телефон", b'P'),
    ("电话", b'P'),
    ("電話", b'P'),
    ("手机", b'P'),
    ("手機", b'P'),
    ("携帯", b'P'),
    ("전화", b'P'),
    ("휴대", b'P'),
    ("卡号", b'C'),
    ("カード", b'C'),
    ("护照", b'T'),
];

const SLOTS: usize = 2048;

/// Where each word is in [`WORDS`], by its hash; 0 is free.
static TABLE: [u16; SLOTS] = table();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn table() -> [u16; SLOTS] {
    let text = WORDS.as_bytes();
    let mut slots = [0_u16; SLOTS];
    let mut at = 0;
    while at < text.len() {
        let start = at;
        while at < text.len() && text[at] != b' ' && text[at] != b'\n' {
            at += 1;
        }
        // the first of a line is its letter
        if start > 0 && text[start - 1] == b' ' && at > start {
            let (_, rest) = text.split_at(start);
            let (word, _) = rest.split_at(at - start);
            let mut place = hash(word) as usize & (SLOTS - 1);
            while slots[place] != 0 {
                place = (place + 1) & (SLOTS - 1);
            }
            slots[place] = start as u16;
        }
        at += 1;
    }
    slots
}

/// The classes of a word, as a set of bits: a word may be in several lists.
fn classes(word: &[u8]) -> u32 {
    let mut set = 0_u32;
    if word.is_empty() || word.len() > 24 {
        return set;
    }
    let mut letters = [0; 24];
    let letters = letters.get_mut(..word.len()).unwrap_or_default();
    letters.copy_from_slice(word);
    small(letters);
    let word = &*letters;
    let text = WORDS.as_bytes();
    let mut place = usize::try_from(hash(word)).unwrap_or(0);
    for _ in 0..SLOTS {
        let slot = TABLE
            .get(place & SLOTS.wrapping_sub(1))
            .copied()
            .unwrap_or(0);
        if slot == 0 {
            break;
        }
        let start = usize::from(slot);
        let end = start.saturating_add(word.len());
        let ends = matches!(byte(text, end), b' ' | b'\n' | 0);
        if ends && part(text, start, end).eq_ignore_ascii_case(word) {
            set |= class_at(start);
        }
        place = place.wrapping_add(1);
    }
    // with the endings of many languages
    if set == 0 && crate::text::cursor::starts_with_ci(word, b"telefo") {
        set = bit(b'P');
    }
    if set == 0 && word.iter().any(|b| *b >= 0x80) {
        for (needle, letter) in INSIDE {
            if crate::text::cursor::find(word, needle.as_bytes()).is_some() {
                set |= bit(letter);
            }
        }
    }
    set
}

/// Capitals of two bytes become small: Latin-1, Greek, Cyrillic.
fn small(word: &mut [u8]) {
    let mut rest = word;
    while let [lead, tail @ ..] = rest {
        if let Some(next) = tail.first_mut() {
            match (*lead, *next) {
                (0xc3, 0x80..=0x9e) | (0xce, 0x91..=0x9f) | (0xd0, 0x90..=0x9f) => {
                    *next = next.wrapping_add(0x20);
                }
                (0xce | 0xd0, 0xa0..=0xaf) => {
                    *lead = lead.wrapping_add(1);
                    *next = next.wrapping_sub(0x20);
                }
                _ => {}
            }
        }
        rest = tail;
    }
}

/// The class of the word at a place of [`WORDS`].
fn class_at(start: usize) -> u32 {
    let mut from = 0_usize;
    let mut letter = 0;
    for line in WORDS.split('\n') {
        letter = byte(line.as_bytes(), 0);
        from = from.saturating_add(line.len()).saturating_add(1);
        if start < from {
            break;
        }
    }
    bit(letter)
}

#[allow(clippy::as_conversions, reason = "a byte in a constant")]
const fn bit(letter: u8) -> u32 {
    match letter {
        b'#' => 1,
        _ => 1_u32.wrapping_shl((letter & 31) as u32),
    }
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn bits(letters: &[u8]) -> u32 {
    let mut set = 0;
    let mut at = 0;
    while at < letters.len() {
        set |= bit(letters[at]);
        at += 1;
    }
    set
}

/// What speaks for a type, and what against it.
const fn speaks(entity: Entity) -> (u32, u32) {
    match entity {
        Entity::PhoneNumber => (bits(b"P"), bits(b"CSNTVHXJ")),
        Entity::CreditCardNumber => (bits(b"C"), bits(b"XHJ")),
        Entity::UsSsn => (bits(b"S"), bits(b"PCNTXV")),
        Entity::UkNhs => (bits(b"N"), bits(b"PCSTX")),
        Entity::UsPassport => (bits(b"T"), bits(b"PCSNX")),
        Entity::IpAddress => (bits(b"IR"), bits(b"V")),
        Entity::MacAddress => (bits(b"M"), bits(b"H")),
        Entity::CryptoAddress => (bits(b"W"), bits(b"H")),
        Entity::Email => (0, bits(b"R")),
        _ => (0, 0),
    }
}

/// What the words around `candidate` say. `list` is where a phone number before
/// it ends: what is listed behind it is another.
pub(super) fn side(text: &[u8], candidate: &Candidate, list: Option<usize>) -> Side {
    let (for_it, against) = speaks(candidate.entity);
    if for_it | against == 0 {
        return Side::None;
    }
    if candidate.entity == Entity::PhoneNumber
        && list.is_some_and(|end| goes_on(part(text, end, candidate.start)))
    {
        return Side::For;
    }
    let (before, far) = back(text, candidate, for_it, against);
    // what is said right behind it outweighs what is said far before
    if before == Side::For || before == Side::Against && far <= 2 {
        return before;
    }
    match ahead(text, candidate, for_it, against) {
        Side::None => before,
        behind => behind,
    }
}

/// Whether what is between two numbers only lists them.
fn goes_on(between: &[u8]) -> bool {
    let words = between.trim_ascii();
    !between.is_empty()
        && between.len() <= 6
        && words.iter().all(|b| b",;/|&".contains(b))
        && !words.is_empty()
        || [
            &b"or"[..],
            b"and",
            b"und",
            b"oder",
            b"et",
            b"ou",
            b"y",
            b"o",
            b"e",
        ]
        .contains(&words)
}

/// What is said before, and how many words away.
fn back(text: &[u8], candidate: &Candidate, for_it: u32, against: u32) -> (Side, u8) {
    let floor = candidate.start.saturating_sub(BEFORE);
    let mut at = candidate.start;
    let (mut words, mut number) = (0_u8, None);
    // a value that is given to a name is judged by that name
    let given = (0..3_usize).any(|ahead| {
        let at = candidate.start.saturating_sub(ahead);
        super::before(text, at) == b'='
    });
    let mut most = if given { 2 } else { WORDS_BEFORE };
    // how far a word is that may name any number, of a card too: card on file
    let mut doubt = 0_u8;
    // the word after the one being read
    let mut follows: &[u8] = &[];
    let (mut sentence, mut numbered) = (false, false);
    while at > floor && words < most {
        let last = super::before(text, at);
        if !is_letter(last) {
            at = at.saturating_sub(1);
            if last.is_ascii_digit() {
                if is_number(text, at) {
                    break;
                }
                // the word before belongs to that number, unless both are a name: ISBN-10
                numbered = super::before(text, at) != b'-'
                    || !is_letter(super::before(text, at.saturating_sub(1)));
            }
            // a sentence ends where a word ends, a dot stands and a blank follows; a
            // line where another begins
            sentence |= last == b'\n'
                || matches!(last, b'.' | b'!' | b'?')
                    && byte(text, at.saturating_add(1)) == b' '
                    && at.saturating_add(2) < candidate.start.saturating_add(2);
            continue;
        }
        let end = at;
        while at > floor && is_letter(super::before(text, at)) {
            at = at.saturating_sub(1);
        }
        // letters behind digits: sha256, mp3, ipv4
        let from = at;
        if super::before(text, at).is_ascii_digit() {
            continue;
        }
        let word = trimmed(part(text, from, whole(text, end)));
        let set = classes(word);
        words = words.saturating_add(1);
        let near = byte(text, end) == b':' && words == 1;
        if set & for_it != 0
            || candidate.entity == Entity::PhoneNumber
                && (set & bit(b'O') != 0 && near
                    || set & bit(b'Q') != 0
                        && [&b"me"[..], b"us", b"him", b"her", b"them", b"to", b"at"]
                            .iter()
                            .any(|word| word.eq_ignore_ascii_case(follows))
                    || set & bit(b'Y') != 0
                        && number.is_some_and(|at| words.saturating_sub(at) <= 2))
        {
            return (Side::For, words);
        }
        if set & against != 0 && !numbered && (candidate.entity != Entity::Email || words <= 2) {
            if candidate.entity != Entity::CreditCardNumber || set & against != bit(b'J') {
                return (Side::Against, words);
            }
            doubt = words;
            most = most.min(words.saturating_add(2));
        }
        if set & bit(b'#') != 0 {
            number = Some(words);
            // the dot of an abbreviation ends no sentence: no. 12, Nr. 12
            sentence &= byte(text, end) != b'.';
        }
        if sentence {
            break;
        }
        follows = word;
    }
    if doubt > 0 {
        (Side::Against, doubt)
    } else {
        (Side::None, 0)
    }
}

fn ahead(text: &[u8], candidate: &Candidate, for_it: u32, against: u32) -> Side {
    let ceiling = candidate.end.saturating_add(BEHIND).min(text.len());
    let mut at = candidate.end;
    let mut words = 0_u8;
    while at < ceiling && words < WORDS_BEHIND {
        let first = byte(text, at);
        if matches!(first, b'.' | b'!' | b'?' | b';' | b'\n' | b',' | b'"')
            || first.is_ascii_digit()
        {
            break;
        }
        if !is_letter(first) {
            at = at.saturating_add(1);
            continue;
        }
        let end = super::run(text, at, 32, |b| is_letter(b) || b.is_ascii_digit());
        let word = trimmed(part(text, at, end));
        let set = classes(word);
        words = words.saturating_add(1);
        let place = candidate.entity == Entity::PhoneNumber && words == 1 && set & bit(b'O') != 0;
        // what people do with phones is said before the number
        let verb = candidate.entity == Entity::PhoneNumber && (words > 1 || is_verb(word));
        if place || set & for_it != 0 && !verb {
            return Side::For;
        }
        if set & against & bits(b"X") != 0 && words == 1 {
            return Side::Against;
        }
        at = end.max(at.saturating_add(1));
    }
    Side::None
}

/// A word of what is done, which belongs to the number that comes after it.
fn is_verb(word: &[u8]) -> bool {
    [
        "call", "calls", "called", "contact", "answer", "reach", "ring", "dial",
    ]
    .iter()
    .any(|verb| verb.as_bytes().eq_ignore_ascii_case(word))
}

/// Letters of ASCII, and all bytes beyond it.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// A word with the digits that belong to it: `sha256`, `ipv4`.
fn whole(text: &[u8], end: usize) -> usize {
    super::run(text, end, 3, |b| b.is_ascii_digit())
}

/// Whether the digits that end before `at` are a number of four or more.
fn is_number(text: &[u8], at: usize) -> bool {
    let four = part(text, at.saturating_sub(3), at.saturating_add(1));
    four.len() == 4 && four.iter().all(u8::is_ascii_digit)
}

/// Without the signs beyond ASCII at its ends: dashes, quotes, full-width colons.
fn trimmed(mut word: &[u8]) -> &[u8] {
    loop {
        word = match word {
            [0xe2 | 0xef, _, _, rest @ ..]
            | [0xc2, _, rest @ ..]
            | [rest @ .., 0xe2 | 0xef, _, _]
            | [rest @ .., 0xc2, _] => rest,
            _ => return word,
        };
    }
}
