//! Of the model: links and their leases, logins, doors and the claims on them.

use jiff::Timestamp;
use postern_contract::customer::LinkState;
use postern_core::household::Link;

use super::{Found, Model, Outcome, Place, expected, taken, version_bar};
use crate::{
    pool::{self, Pick},
    steps::Step,
};

/// A link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinkItem {
    pub(crate) link: Link,
    pub(crate) version: u64,
    /// Who refreshes it just now, and until when, in milliseconds since 1970.
    pub(crate) lease: Option<(Pick, i64)>,
    pub(crate) due: Option<Timestamp>,
}

impl LinkItem {
    fn new(link: Link, version: u64, lease: Option<(Pick, i64)>) -> Self {
        let due = (link.state == LinkState::Active).then_some(link.refresh_at);
        Self {
            link,
            version,
            lease,
            due,
        }
    }
}

pub(super) fn places(step: &Step) -> Option<Vec<Place>> {
    let one = |kind, place: String| Some(vec![(kind, place)]);
    match *step {
        Step::NewLink { whose, which, .. }
        | Step::UpdateLink { whose, which, .. }
        | Step::RefreshedLink { whose, which, .. }
        | Step::ReleaseLease { whose, which, .. }
        | Step::DeleteLink { whose, which, .. } => one("link", format!("{whose} {which}")),
        Step::BeginLogin { name, .. } | Step::UseUpState { name, .. } => one("login", name.to_string()),
        Step::Door { whose, which, .. }
        | Step::DropDoor { whose, which }
        | Step::DoorIsThere { whose, which } => one("door", format!("{whose} {which}")),
        Step::Claim { name, .. } | Step::ReleaseClaim { name, .. } | Step::CheckClaim { name, .. } => {
            one("claim", name.to_string())
        }
        _ => None,
    }
}

impl Model {
    fn link_item(&self, whose: Pick, which: Pick) -> Option<&LinkItem> {
        self.links.get(&(pool::household(whose), pool::link(which)))
    }

    /// The version of a link: writes over a link that is not there demand one that no link has.
    pub(crate) fn link_version(&self, whose: Pick, which: Pick) -> Option<u64> {
        self.link_item(whose, which).map(|item| item.version)
    }

    pub(super) fn link_bar(&self, step: &Step) -> Option<Found> {
        let found =
            |item: Option<&LinkItem>| item.map_or(Found::Nothing, |item| Found::Item(Some(item.version)));
        match *step {
            Step::NewLink { whose, which, .. } => self
                .link_item(whose, which)
                .map(|item| Found::Item(Some(item.version))),
            Step::UpdateLink {
                whose, which, expect, ..
            }
            | Step::DeleteLink { whose, which, expect } => {
                let item = self.link_item(whose, which);
                let holds =
                    item.is_some_and(|item| expected(expect, Some(item.version)) == Some(item.version));
                (!holds).then(|| found(item))
            }
            Step::RefreshedLink {
                whose,
                which,
                expect,
                holder,
                ..
            } => {
                let item = self.link_item(whose, which);
                let holds = item.is_some_and(|item| {
                    expected(expect, Some(item.version)) == Some(item.version)
                        && item.lease.is_some_and(|(by, _)| by == holder)
                });
                (!holds).then(|| found(item))
            }
            Step::ReleaseLease {
                whose, which, holder, ..
            } => {
                let item = self.link_item(whose, which);
                let held = item
                    .and_then(|item| item.lease)
                    .is_some_and(|(by, _)| by == holder);
                (!held).then(|| found(item))
            }
            Step::BeginLogin { name, .. } => taken(self.logins.contains_key(&pool::name(name))),
            Step::UseUpState { name, whose } => match self.logins.get(&pool::name(name)) {
                None => Some(Found::Nothing),
                Some(login) => taken(login.household != pool::household(whose)),
            },
            Step::Door {
                whose, which, expect, ..
            } => {
                let door = self.doors.get(&(pool::household(whose), pool::door(which)));
                version_bar(expect, door.map(|(_, version)| *version))
            }
            Step::DoorIsThere { whose, which } => {
                let is_there = self
                    .doors
                    .contains_key(&(pool::household(whose), pool::door(which)));
                (!is_there).then_some(Found::Nothing)
            }
            Step::Claim { name, before, .. } => self.claim_bar(name, before),
            Step::ReleaseClaim { name, from } => self.claim_bar(name, Some(from)),
            Step::CheckClaim { name, whose } => match self.claims.get(&pool::name(name)) {
                None => Some(Found::Nothing),
                Some(claim) => taken(claim.household != pool::household(whose)),
            },
            _ => None,
        }
    }

    /// What stands against a claim that was read as `before`.
    fn claim_bar(&self, name: Pick, before: Option<(Pick, Pick)>) -> Option<Found> {
        let now = self.claims.get(&pool::name(name)).copied();
        (now != before.map(pool::claim)).then(|| now.map_or(Found::Nothing, |_| Found::Item(None)))
    }

    pub(super) fn apply_to_links(&mut self, step: &Step) {
        match *step {
            Step::NewLink {
                whose,
                which,
                broken,
                refresh,
            } => {
                let item = LinkItem::new(pool::tie(which, broken, refresh), 1, None);
                self.links
                    .insert((pool::household(whose), pool::link(which)), item);
            }
            Step::UpdateLink {
                whose,
                which,
                broken,
                refresh,
                ..
            } => {
                let key = (pool::household(whose), pool::link(which));
                let before = &self.links[&key];
                let item = LinkItem::new(
                    pool::tie(which, broken, refresh),
                    before.version + 1,
                    before.lease,
                );
                self.links.insert(key, item);
            }
            Step::RefreshedLink {
                whose,
                which,
                broken,
                refresh,
                ..
            } => {
                let key = (pool::household(whose), pool::link(which));
                let version = self.links[&key].version + 1;
                self.links.insert(
                    key,
                    LinkItem::new(pool::tie(which, broken, refresh), version, None),
                );
            }
            Step::ReleaseLease {
                whose,
                which,
                look_again,
                ..
            } => {
                let item = self
                    .links
                    .get_mut(&(pool::household(whose), pool::link(which)))
                    .unwrap();
                item.lease = None;
                item.due = look_again.map(pool::at).or(item.due);
            }
            Step::DeleteLink { whose, which, .. } => {
                self.links.remove(&(pool::household(whose), pool::link(which)));
            }
            Step::BeginLogin { name, whose, expires } => {
                self.logins.insert(pool::name(name), pool::login(whose, expires));
            }
            Step::UseUpState { name, .. } => {
                self.logins.remove(&pool::name(name));
            }
            Step::Door {
                whose,
                which,
                through,
                ..
            } => {
                let key = (pool::household(whose), pool::door(which));
                let version = self.doors.get(&key).map_or(0, |(_, version)| *version) + 1;
                self.doors.insert(key, (pool::opener(which, through), version));
            }
            Step::DropDoor { whose, which } => {
                self.doors.remove(&(pool::household(whose), pool::door(which)));
            }
            Step::Claim { name, to, .. } => {
                self.claims.insert(pool::name(name), pool::claim(to));
            }
            Step::ReleaseClaim { name, .. } => {
                self.claims.remove(&pool::name(name));
            }
            _ => {}
        }
    }

    pub(super) fn take_lease(&mut self, link: (Pick, Pick), holder: Pick, until: Pick, now: Pick) -> Outcome {
        let key = (pool::household(link.0), pool::link(link.1));
        let now_ms = pool::at(now).as_millisecond();
        match self.links.get_mut(&key) {
            Some(item)
                if item
                    .lease
                    .is_none_or(|(by, over_ms)| by == holder || over_ms < now_ms) =>
            {
                item.lease = Some((holder, pool::at(until).as_millisecond()));
                Outcome::Lease(item.version)
            }
            _ => Outcome::NoLease,
        }
    }
}
