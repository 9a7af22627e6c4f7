//! Whose is what: which words in an answer belong to which tenant alone.

use std::{collections::BTreeMap, sync::Mutex};

use crate::scene::lock;

/// Somebody who calls an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// A carrier, by its place.
    Carrier(usize),
    /// A household, by its place.
    Household(usize),
}

/// Those who may see a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owners {
    pub(crate) carrier: Option<usize>,
    pub(crate) household: Option<usize>,
}

/// What belongs to whom.
#[derive(Debug, Default)]
pub(crate) struct Tenants(Mutex<BTreeMap<String, Owners>>);

/// What such words begin with: ids, and the parcels and references that the workload makes up.
const BEGINNINGS: [&str; 8] = ["dlv_", "hh_", "door_", "link_", "cmd_", "act_", "1Z", "drv-"];

impl Tenants {
    /// A word that only these may see.
    pub(crate) fn own(&self, word: impl Into<String>, owners: Owners) {
        lock(&self.0).entry(word.into()).or_insert(owners);
    }

    /// The first word of a text that this tenant may not see.
    pub(crate) fn foreign(&self, tenant: &Tenant, text: &str) -> Option<String> {
        let known = lock(&self.0);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        for word in words {
            if !BEGINNINGS.iter().any(|beginning| word.starts_with(beginning)) {
                continue;
            }
            let Some(owners) = known.get(word) else {
                continue;
            };
            let own = match tenant {
                Tenant::Carrier(carrier) => owners.carrier == Some(*carrier),
                Tenant::Household(household) => owners.household == Some(*household),
            };
            if !own {
                return Some(word.to_owned());
            }
        }
        None
    }
}
