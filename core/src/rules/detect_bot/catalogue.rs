//! Which bots a User-Agent names: public lists, known tools, and evidence
//! that needs no name.
//!
//! One pass over the first [`LIMIT`] bytes: every trigram is hashed to 14
//! bits, a bitmap says whether some literal is filed under it, and only those
//! few literals are compared. The cost does not grow with the lists: under a
//! microsecond for a browser's string, under 50 for 2 KiB made to collide (a
//! bucket holds at most 16 literals, and a scan stops after 64 names).
//!
//! Letters match in either ASCII case: a list that says `curl` also finds
//! `CURL/8.4.0`. Literals that would then find people are bounded to words or
//! carry exceptions, see `core/data/bots.txt`. Evidence without a name
//! (`generic`) counts only where nothing named matched, so that allowing one
//! bot is enough to let it pass.
//!
//! It does not know whether a bot is who it says it is, and it finds nothing
//! in the string of a program that copies a browser's.

mod generic;
mod index;
mod scan;
#[cfg(test)]
mod tests;

use crate::tables::bots as table;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use index::Index;
use scan::Scan;

/// Bytes of a User-Agent that are read; what follows is ignored.
pub const LIMIT: usize = 2048;

/// Matches that are kept: the longest.
pub const MATCHES: usize = 8;

/// A bot of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BotId(u16);

impl BotId {
    /// Automation that pretends to be a browser.
    #[must_use]
    pub const fn spoofed_browser() -> Self {
        Self(table::SPOOFED_BROWSER)
    }

    /// Who says that he is a crawler, but is not.
    #[must_use]
    pub const fn spoofed_crawler() -> Self {
        Self(table::SPOOFED_CRAWLER)
    }

    /// Its identifier: lower case with hyphens.
    #[must_use]
    pub fn name(self) -> &'static str {
        let start = table::STARTS
            .get(usize::from(self.0 / 16))
            .copied()
            .unwrap_or_default();
        let lines = table::TEXT.get(usize::from(start)..).unwrap_or_default();
        names(lines)
            .nth(usize::from(self.0 % 16))
            .unwrap_or_default()
    }

    /// What kind of bot it is.
    #[must_use]
    pub fn categories(self) -> Categories {
        let set = table::SET_OF
            .get(usize::from(self.0))
            .copied()
            .unwrap_or_default();
        Categories(
            table::SETS
                .get(usize::from(set))
                .copied()
                .unwrap_or_default(),
        )
    }

    /// It names nobody: evidence such as the word "crawler", found where no
    /// named bot was.
    #[must_use]
    pub const fn is_generic(self) -> bool {
        self.0 >= table::GENERIC
    }

    /// It comes from a public list, not from this project.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        self.0 < table::TOOLS
    }
}

impl fmt::Debug for BotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One category, such as `SEARCH_ENGINE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Category(u8);

impl Category {
    /// Its name, without `CATEGORY:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        table::CATEGORIES
            .get(usize::from(self.0))
            .copied()
            .unwrap_or_default()
    }
}

/// A set of categories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Categories(u32);

impl Categories {
    /// The set of one.
    #[must_use]
    pub fn only(category: Category) -> Self {
        Self(1_u32.checked_shl(u32::from(category.0)).unwrap_or_default())
    }

    /// Both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// They have one in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Its members, in the order of [`category_names`].
    pub fn iter(self) -> impl Iterator<Item = Category> {
        let last = u8::try_from(table::CATEGORIES.len()).unwrap_or_default();
        (0..last)
            .map(Category)
            .filter(move |one| self.meets(Self::only(*one)))
    }
}

/// The identifiers at the start of lines of the table.
fn names(lines: &'static str) -> impl Iterator<Item = &'static str> {
    lines
        .split_terminator('\n')
        .map(|line| line.split(|c| c < ' ').next().unwrap_or_default())
}

/// The bot called `id`. Case does not count, and `_` equals `-`: names from
/// Arcjet (`GOOGLE_CRAWLER`) are understood.
#[must_use]
pub fn by_id(id: &str) -> Option<BotId> {
    let wanted = normal(id);
    let at = names(table::TEXT).position(|name| name == wanted)?;
    u16::try_from(at).ok().map(BotId)
}

/// The category called `name`, without `CATEGORY:`; case does not count, and
/// `-` equals `_`.
#[must_use]
pub fn category(name: &str) -> Option<Category> {
    let wanted = name.to_ascii_uppercase().replace('-', "_");
    let at = category_names().iter().position(|known| *known == wanted)?;
    u8::try_from(at).ok().map(Category)
}

/// The names of all categories.
#[must_use]
pub const fn category_names() -> &'static [&'static str] {
    &table::CATEGORIES
}

/// All bots.
pub fn all() -> impl Iterator<Item = BotId> {
    (0..table::BOTS).map(BotId)
}

/// The identifier or category nearest to `id`, for the error that says it is
/// unknown: at most a third of its letters differ, or it is part of one.
#[must_use]
pub fn suggest(id: &str) -> Option<&'static str> {
    let is_category = id
        .get(..9)
        .is_some_and(|head| head.eq_ignore_ascii_case("CATEGORY:"));
    let wanted = normal(if is_category {
        id.get(9..).unwrap_or_default()
    } else {
        id
    });
    if wanted.len() < 3 || wanted.len() > 64 {
        return None;
    }
    let worst = wanted.len() / 3;
    let near = |name: &'static str| {
        let plain = normal(name);
        let far = distance(wanted.as_bytes(), plain.as_bytes());
        let part = plain.contains(wanted.as_str());
        let part_cost = worst.saturating_add(plain.len().saturating_sub(wanted.len()));
        (part || far <= worst).then_some((if part { far.min(part_cost) } else { far }, name))
    };
    let nearest = |names: &mut dyn Iterator<Item = &'static str>| {
        names
            .filter_map(near)
            .min_by_key(|(far, _)| *far)
            .map(|(_, name)| name)
    };
    if is_category {
        nearest(&mut category_names().iter().copied())
    } else {
        nearest(&mut names(table::TEXT))
    }
}

fn normal(id: &str) -> String {
    id.to_ascii_lowercase().replace('_', "-")
}

/// Edits between two short words (Levenshtein).
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, b) in row.iter_mut().skip(1).zip(to) {
            let replace = diagonal.saturating_add(usize::from(a != b));
            diagonal = *cell;
            *cell = replace
                .min(diagonal.saturating_add(1))
                .min(left.saturating_add(1));
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// A bot of the application's own: it matches where one of its literals
/// occurs, ASCII case ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomBot {
    /// Its identifier.
    pub id: String,
    /// What names it; an empty literal matches nothing.
    pub literals: Vec<String>,
    /// Its categories.
    pub categories: Categories,
}

/// Who was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bot {
    /// One of the table.
    Known(BotId),
    /// The application's own, by its place in the list given to [`Catalogue::find`].
    Custom(usize),
}

/// One bot in a User-Agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Who.
    pub bot: Bot,
    /// The first byte of what named it.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

impl Match {
    fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The bots in a User-Agent, the longest name first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Matches {
    items: [Option<Match>; MATCHES],
}

impl Matches {
    /// The matches in order.
    pub fn iter(&self) -> impl Iterator<Item = &Match> {
        self.items.iter().flatten()
    }

    /// Nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.first().is_none_or(Option::is_none)
    }

    /// Adds it in its place; of one bot the longest stays, of too many the
    /// shortest falls out.
    fn add(&mut self, new: Match) {
        if self
            .iter()
            .any(|old| old.bot == new.bot && old.len() >= new.len())
        {
            return;
        }
        self.retain(|old| old.bot != new.bot);
        let mut carry = Some(new);
        for slot in &mut self.items {
            if carry.map(|m| m.len()) > slot.map(|m| m.len()) {
                core::mem::swap(slot, &mut carry);
            }
        }
    }

    fn retain(&mut self, keep: impl Fn(&Match) -> bool) {
        if self.iter().all(&keep) {
            return;
        }
        let kept = self.items.map(|slot| slot.filter(&keep));
        self.items = [None; MATCHES];
        for (slot, item) in self.items.iter_mut().zip(kept.iter().flatten()) {
            *slot = Some(*item);
        }
    }

    /// Keeps those that `better` says, if there are any.
    fn prefer(&mut self, better: impl Fn(&Match) -> bool) {
        if self.iter().any(&better) {
            self.retain(better);
        }
    }
}

/// The table, ready to be searched.
#[derive(Clone, Copy)]
pub struct Catalogue(&'static Index);

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Catalogue")
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self(Index::shared())
    }
}

impl Catalogue {
    /// All bots named in `user_agent`, and those of the application.
    ///
    /// One string often names a bot twice. What remains is the most specific:
    /// lists before tools before evidence without a name; the longest of names
    /// that overlap (`Googlebot-Image` before `Googlebot`); a name before one that
    /// only stands in a contact address or behind "like".
    #[must_use]
    pub fn find(&self, user_agent: &[u8], custom: &[CustomBot]) -> Matches {
        let text = user_agent.get(..LIMIT).unwrap_or(user_agent);
        let mut scan = Scan::default();
        scan.run(self.0, text, 0);
        for (i, bot) in custom.iter().enumerate() {
            for literal in bot
                .literals
                .iter()
                .map(String::as_bytes)
                .filter(|l| !l.is_empty())
            {
                let here = text
                    .windows(literal.len())
                    .position(|w| w.eq_ignore_ascii_case(literal));
                if let Some(start) = here {
                    let end = start.saturating_add(literal.len());
                    scan.named.add(Match {
                        bot: Bot::Custom(i),
                        start,
                        end,
                    });
                }
            }
        }
        scan.settle(text)
    }

    /// What [`Catalogue::find`] would say if no public list existed: how much of
    /// it holds for bots that nobody has listed yet.
    #[must_use]
    pub fn find_unlisted(&self, user_agent: &[u8]) -> Matches {
        let text = user_agent.get(..LIMIT).unwrap_or(user_agent);
        let mut scan = Scan::default();
        scan.run(self.0, text, table::TOOLS);
        scan.settle(text)
    }
}
