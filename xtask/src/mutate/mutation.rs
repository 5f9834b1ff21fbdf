//! Mutations. Most keep a request a request, so that it reaches the rules; the
//! rest is damage on the wire.

use super::seeds::Seed;

/// Values that hurt.
const HURTFUL: [&[u8]; 20] = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"%00",
    b"%",
    b"%ff%fe",
    b"\r\nX: y",
    b"\t \t",
    b"'\"><script>",
    b"' or 1=1--",
    b"../../etc/passwd",
    b"$(id)",
    b"${jndi:ldap://x}",
    b"4294967296",
    b"-1",
    b"1e999",
    b"[::1]:99999",
    b"\xf0\x9f\x92\xa9\xe2\x80\xae",
    b",,;;==&&",
];

pub(super) struct Mutator<'s> {
    seeds: &'s [Seed],
    random: Random,
}

/// `SplitMix64`: the same seed, the same requests.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

impl<'s> Mutator<'s> {
    pub(super) fn new(seeds: &'s [Seed], seed: u64) -> Self {
        let mut random = Random(seed);
        random.below(1);
        Self { seeds, random }
    }

    /// What to write next: one request, now and then several at once.
    pub(super) fn next(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let count = if self.random.one_in(16) {
            2 + self.random.below(3)
        } else {
            1
        };
        for _ in 0..count {
            let request = self.request();
            self.render(&request, &mut out);
        }
        if self.random.one_in(5) {
            for _ in 0..=self.random.below(3) {
                self.damage(&mut out);
            }
        }
        out
    }

    /// A request with a few of its pieces changed.
    fn request(&mut self) -> Seed {
        let Some(mut seed) = self.random.pick(self.seeds).cloned() else {
            return Seed {
                method: b"GET".to_vec(),
                target: b"/".to_vec(),
                headers: Vec::new(),
                body: Vec::new(),
            };
        };
        for _ in 0..self.random.below(4) {
            match self.random.below(8) {
                0 => self.change(&mut seed.target),
                1 | 2 => self.change(&mut seed.body),
                3 => {
                    let at = self.random.below(seed.headers.len());
                    if let Some((_, value)) = seed.headers.get_mut(at) {
                        self.change(value);
                    }
                }
                4 => {
                    if let Some(header) = self.random.pick(&seed.headers).cloned() {
                        seed.headers.push(header);
                    }
                }
                5 => {
                    let at = self.random.below(seed.headers.len());
                    if at < seed.headers.len() {
                        seed.headers.remove(at);
                    }
                }
                6 => self.splice(&mut seed),
                _ => {
                    let at = self.random.below(seed.headers.len());
                    if self.random.one_in(4) {
                        self.change(&mut seed.method);
                    } else if let Some((name, _)) = seed.headers.get_mut(at) {
                        name.make_ascii_uppercase();
                    }
                }
            }
        }
        seed
    }

    /// Takes a piece of another request.
    fn splice(&mut self, seed: &mut Seed) {
        let Some(other) = self.random.pick(self.seeds) else {
            return;
        };
        match self.random.below(4) {
            0 => seed.target.clone_from(&other.target),
            1 => seed.body.clone_from(&other.body),
            2 => seed.method.clone_from(&other.method),
            _ => seed.headers.extend(other.headers.iter().cloned()),
        }
    }

    /// Changes a value: a byte, a cut, a repetition, something hurtful.
    fn change(&mut self, value: &mut Vec<u8>) {
        let at = self.random.below(value.len() + 1);
        match self.random.below(6) {
            0 | 1 => {
                if let Some(byte) = value.get_mut(at) {
                    *byte ^= 1 << self.random.below(8);
                }
            }
            2 => value.truncate(at),
            3 => {
                let until = (at + 1 + self.random.below(64)).min(value.len());
                let piece = value.get(at..until).unwrap_or_default().to_vec();
                value.splice(at..at, piece);
            }
            4 => {
                let piece = self.random.pick(&HURTFUL).copied().unwrap_or_default();
                value.splice(at..at, piece.iter().copied());
            }
            _ => {
                let piece = self.random.pick(&HURTFUL).copied().unwrap_or_default();
                *value = piece.to_vec();
            }
        }
    }

    /// Changes the bytes of a whole request, whatever they mean.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        self.change(bytes);
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
    }

    fn render(&mut self, seed: &Seed, out: &mut Vec<u8>) {
        let version: &[u8] = match self.random.below(64) {
            0 => b"HTTP/1.0",
            1 => b"HTTP/2.0",
            _ => b"HTTP/1.1",
        };
        for piece in [
            &seed.method,
            &b" "[..],
            &seed.target,
            b" ",
            version,
            b"\r\n",
        ] {
            out.extend_from_slice(piece);
        }
        let has = |name: &[u8]| {
            let mut names = seed.headers.iter().map(|(name, _)| name);
            names.any(|known| known.eq_ignore_ascii_case(name))
        };
        if !has(b"host") && !self.random.one_in(32) {
            out.extend_from_slice(b"Host: shop.example\r\n");
        }
        let recorded = !self.random.one_in(16);
        for (name, value) in &seed.headers {
            // a length that no longer fits, one time in sixteen
            if recorded && name.eq_ignore_ascii_case(b"content-length") {
                continue;
            }
            for piece in [name, &b": "[..], value, b"\r\n"] {
                out.extend_from_slice(piece);
            }
        }
        let framed = has(b"transfer-encoding") || (!recorded && has(b"content-length"));
        if !framed && !seed.body.is_empty() {
            out.extend_from_slice(format!("Content-Length: {}\r\n", seed.body.len()).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&seed.body);
    }
}
