//! Of the model: households, whom they are found by, consent, activity, carriers and vendors.

use super::{Found, Model, Place, expected, taken, version_bar};
use crate::{pool, steps::Step};

pub(super) fn places(step: &Step) -> Option<Vec<Place>> {
    let one = |kind, place: String| Some(vec![(kind, place)]);
    match *step {
        Step::Household { whose } => one("household", whose.to_string()),
        Step::Person { name, .. } => one("person", name.to_string()),
        Step::Address { name, .. } => one("address", name.to_string()),
        Step::Consent { whose, .. } | Step::CheckConsent { whose, .. } => one("consent", whose.to_string()),
        Step::Activity { whose, which, .. } => one("activity", format!("{whose} {which}")),
        Step::Carrier { which, .. } => one("carrier", which.to_string()),
        Step::Vendor { .. } => one("vendor", String::new()),
        _ => None,
    }
}

impl Model {
    pub(super) fn household_bar(&self, step: &Step) -> Option<Found> {
        match *step {
            Step::Household { whose } => taken(self.households.contains_key(&pool::household(whose))),
            Step::Person { name, .. } => taken(self.people.contains_key(&pool::name(name))),
            Step::Address { name, .. } => taken(self.addresses.contains_key(&pool::name(name))),
            Step::Consent { whose, expect, .. } => {
                let current = self.consents.get(&pool::household(whose));
                version_bar(expect, current.map(|consent| consent.version))
            }
            Step::CheckConsent { whose, expect } => match self.consents.get(&pool::household(whose)) {
                None => Some(Found::Nothing),
                Some(consent) => {
                    let demanded = expected(expect, Some(consent.version)).unwrap_or(0);
                    let holds = consent.enabled && consent.version == demanded;
                    (!holds).then_some(Found::Item(Some(consent.version)))
                }
            },
            Step::Activity { whose, which, .. } => {
                let key = (pool::household(whose), pool::activity(which).to_string());
                taken(self.activity.contains_key(&key))
            }
            _ => None,
        }
    }

    pub(super) fn apply_to_households(&mut self, step: &Step) {
        match *step {
            Step::Household { whose } => {
                self.households
                    .insert(pool::household(whose), pool::registered(whose));
            }
            Step::Person { name, whose } => {
                self.people.insert(pool::name(name), pool::household(whose));
            }
            Step::Address { name, whose } => {
                self.addresses.insert(pool::name(name), pool::household(whose));
            }
            Step::Consent { whose, enabled, .. } => {
                let before = self
                    .consents
                    .get(&pool::household(whose))
                    .map_or(0, |consent| consent.version);
                self.consents
                    .insert(pool::household(whose), pool::consent(before + 1, enabled));
            }
            Step::Activity { whose, which, when } => {
                let key = (pool::household(whose), pool::activity(which).to_string());
                self.activity.insert(key, pool::happened(which, when));
            }
            Step::Carrier { which, active } => {
                self.carriers
                    .insert(pool::carrier(which), pool::carrier_record(active));
            }
            Step::Vendor { active } => self.vendor = Some(pool::vendor_record(active)),
            _ => {}
        }
    }
}
