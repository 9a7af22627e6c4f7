//! Whose cloud it is: the face that it shows, and what differs in its world.

use std::str::FromStr;

use axum::Router;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::shared::Shared;
use crate::{aladdin_connect, myq};

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vendor {
    /// Chamberlain and LiftMaster: the residential myQ cloud.
    #[default]
    Myq,
    /// Genie and Overhead Door: the partner API of Aladdin Connect and OHD Anywhere.
    AladdinConnect,
}

impl Vendor {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Myq, Self::AladdinConnect];

    /// The name by which the platform knows the vendor.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Myq => "myq",
            Self::AladdinConnect => "aladdin-connect",
        }
    }

    /// The name that people know.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Myq => myq::NAME,
            Self::AladdinConnect => aladdin_connect::NAME,
        }
    }

    /// A cloud with one homeowner and a closed door "Main door" that may be closed unattended, beside what else this vendor's homes
    /// have.
    #[must_use]
    pub fn demo(self) -> Config {
        match self {
            Self::Myq => Config::demo(),
            Self::AladdinConnect => aladdin_connect::demo(),
        }
    }

    /// The routes of the cloud.
    pub(crate) fn router(self, shared: Shared) -> Router {
        match self {
            Self::Myq => myq::router(shared),
            Self::AladdinConnect => aladdin_connect::router(shared),
        }
    }
}

/// No vendor has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one of myq, aladdin-connect")]
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
