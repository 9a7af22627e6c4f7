//! Whose cloud it is: the face that it shows, and what differs in its world.

use std::str::FromStr;

use axum::Router;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::config::{Config, DEMO_PASSWORD};
use crate::face::pushing::Pushing;
use crate::identity::srp::Verifier;
use crate::ismartgate::Key;
use crate::names::Email;
use crate::seed::Seed;
use crate::shared::Shared;
use crate::{aladdin_connect, ismartgate, myq, nice_go, smartthings, tailwind};

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vendor {
    /// Chamberlain and LiftMaster: the residential myQ cloud.
    #[default]
    Myq,
    /// Genie and Overhead Door: the partner API of Aladdin Connect and OHD Anywhere.
    AladdinConnect,
    /// Nice, Linear and Nortek: the cloud behind the app of Nice G.O.
    NiceGo,
    /// Samsung: the cloud of SmartThings, which has doors of many makers.
    #[serde(rename = "smartthings")]
    SmartThings,
    /// Tailwind's iQ3, a controller in the home that speaks on the home's own network, and no cloud.
    Tailwind,
    /// An ismartgate or the older Gogogate2, a controller in the home as well.
    Ismartgate,
}

impl Vendor {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Myq,
        Self::AladdinConnect,
        Self::NiceGo,
        Self::SmartThings,
        Self::Tailwind,
        Self::Ismartgate,
    ];

    /// The name by which the platform knows the vendor.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Myq => "myq",
            Self::AladdinConnect => "aladdin-connect",
            Self::NiceGo => "nice-go",
            Self::SmartThings => "smartthings",
            Self::Tailwind => "tailwind",
            Self::Ismartgate => "ismartgate",
        }
    }

    /// The name that people know.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Myq => myq::NAME,
            Self::AladdinConnect => aladdin_connect::NAME,
            Self::NiceGo => nice_go::NAME,
            Self::SmartThings => smartthings::NAME,
            Self::Tailwind => tailwind::NAME,
            Self::Ismartgate => ismartgate::NAME,
        }
    }

    /// A cloud with one homeowner and a closed door "Main door" that may be closed unattended, beside what else this vendor's homes
    /// have.
    #[must_use]
    pub fn demo(self) -> Config {
        match self {
            Self::Myq => Config::demo(),
            Self::AladdinConnect => aladdin_connect::demo(),
            Self::NiceGo => nice_go::demo(),
            Self::SmartThings => smartthings::demo(),
            Self::Tailwind => tailwind::demo(),
            Self::Ismartgate => ismartgate::demo(),
        }
    }

    /// The password of that homeowner: of a Tailwind, the local control key.
    #[must_use]
    pub const fn demo_password(self) -> &'static str {
        match self {
            Self::Tailwind => tailwind::DEMO_KEY,
            _ => DEMO_PASSWORD,
        }
    }

    /// What its cloud has a word for, of what not all have.
    #[must_use]
    pub const fn tells(self) -> &'static [Tells] {
        match self {
            Self::Myq => &[
                Tells::ForbiddenCloses,
                Tells::UnknownPositions,
                Tells::OtherThings,
            ],
            Self::AladdinConnect | Self::NiceGo => &[Tells::UnknownPositions],
            Self::SmartThings => &[Tells::UnknownPositions, Tells::OtherThings],
            Self::Tailwind => &[],
            Self::Ismartgate => &[Tells::UnknownPositions],
        }
    }

    /// What a controller reads with what its user sent, where that follows from the password.
    pub(crate) fn key(self, email: &Email, password: &SecretString) -> Option<Key> {
        (self == Self::Ismartgate).then(|| Key::of(email, password))
    }

    /// The routes of the cloud.
    pub(crate) fn router(self, shared: Shared) -> Router {
        match self {
            Self::Myq => myq::router(shared),
            Self::AladdinConnect => aladdin_connect::router(shared),
            Self::NiceGo => nice_go::router(shared),
            Self::SmartThings => smartthings::router(shared),
            Self::Tailwind => tailwind::router(shared),
            Self::Ismartgate => ismartgate::router(shared),
        }
    }

    /// What the cloud does by itself beside answering, until it is dropped.
    pub(crate) fn pushing(self, shared: &Shared) -> Option<Pushing> {
        match self {
            Self::Myq | Self::AladdinConnect | Self::NiceGo | Self::Ismartgate => None,
            Self::SmartThings => Some(smartthings::pushing(shared.clone())),
            Self::Tailwind => Some(tailwind::pushing(shared.clone())),
        }
    }

    /// What the cloud keeps of a password beside its hash, where people prove that they know it.
    pub(crate) fn verifier(self, seed: Seed, user_id: &str, password: &SecretString) -> Option<Verifier> {
        match self {
            Self::Myq | Self::AladdinConnect | Self::SmartThings | Self::Tailwind | Self::Ismartgate => None,
            Self::NiceGo => Some(nice_go::verifier(seed, user_id, password)),
        }
    }
}

/// What some vendors' clouds tell and others have no word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// That a door may not be closed unattended.
    ForbiddenCloses,
    /// That an opener does not know where its door is.
    UnknownPositions,
    /// That there is more in an account than doors.
    OtherThings,
}

/// No vendor has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one of myq, aladdin-connect, nice-go, smartthings, tailwind, ismartgate")]
pub struct UnknownVendor;

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(text: &str) -> Result<Self, UnknownVendor> {
        let known = Self::ALL.into_iter().find(|vendor| vendor.id() == text);
        known.ok_or(UnknownVendor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vendor_has_a_name_by_which_it_is_found_and_told() {
        for vendor in Vendor::ALL {
            assert_eq!(vendor.id().parse(), Ok(vendor));
            assert_eq!(serde_json::to_value(vendor).unwrap(), vendor.id());
            assert!(UnknownVendor.to_string().contains(vendor.id()));
        }
        assert_eq!("acme".parse::<Vendor>(), Err(UnknownVendor));
    }
}
