//! Is this bundle one that the platform made, and does it agree with itself?

use postern_contract::evidence::{BUNDLE_TYPE, BundleStage, EvidenceBundle};
use postern_keys::{
    BundleKey, JwkSet, PublicKey,
    jws::{JwsError, SignedMessage},
};

use super::{booked, booked_door, parcels, readings};
use crate::log::{self, NotGenuine};

/// The platform's public keys, as `GET /v1/signing-keys` answers them.
#[derive(Debug, Clone)]
pub struct BundleKeys {
    /// Those that bundles are signed by.
    pub bundles: Vec<BundleKey>,
    /// Those that logs are signed by.
    pub logs: Vec<PublicKey>,
}

impl From<&JwkSet> for BundleKeys {
    fn from(set: &JwkSet) -> Self {
        Self {
            bundles: set.of_bundles(),
            logs: set.of_logs(),
        }
    }
}

/// Why a bundle proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEvidence {
    /// It is not a message that the platform signed.
    #[error("the bundle was not signed by the platform: {0}")]
    Message(#[from] JwsError),
    /// The message holds no bundle of a version that is known here.
    #[error("the signed message holds no evidence bundle of version 1")]
    NoBundle,
    /// The log in it is not whole, or not the signed one.
    #[error(transparent)]
    Log(#[from] NotGenuine),
    /// It says one thing here and another there.
    #[error("the bundle does not agree with its own log: {0}")]
    Disagrees(&'static str),
}

/// A bundle that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    /// The bundle.
    pub bundle: EvidenceBundle,
    /// The hash of the last entry of its log.
    pub head: String,
}

/// Checks a bundle whole: the platform signed it, its log is whole and the one that the delivery names, what it tells beside the log
/// follows from the log, and a log that has ended carries the platform's own signature.
///
/// # Errors
/// [`NotEvidence`], for the first thing that does not hold.
pub fn prove(message: &str, keys: &BundleKeys) -> Result<Proven, NotEvidence> {
    let message = SignedMessage::read(message, BUNDLE_TYPE)?;
    let proven = agreeing(message.verified(&keys.bundles)?)?;
    if proven.bundle.stage == BundleStage::Final {
        log::prove_by_any(&proven.bundle.delivery, &proven.bundle.log, &keys.logs)?;
    }
    Ok(proven)
}

/// Checks what can be checked of a bundle without any key. It says nothing of who wrote it.
///
/// # Errors
/// [`NotEvidence`], for the first thing that does not hold.
pub fn read_unsigned(message: &str) -> Result<Proven, NotEvidence> {
    agreeing(SignedMessage::read(message, BUNDLE_TYPE)?.unverified())
}

/// The bundle that these bytes spell, if it agrees with itself.
fn agreeing(payload: &[u8]) -> Result<Proven, NotEvidence> {
    let bundle: EvidenceBundle = serde_json::from_slice(payload).map_err(|_| NotEvidence::NoBundle)?;
    let view = &bundle.delivery;
    let head = log::verify(view.id, &bundle.log).map_err(NotGenuine::Chain)?;
    if head != view.log_head || bundle.log.len() as u64 != view.log_length {
        return Err(NotGenuine::AnotherLog.into());
    }
    let signed = view.log_signature.is_some();
    let stage = match bundle.stage {
        BundleStage::UnderWay => !view.state.is_end() && !signed,
        BundleStage::Ending => view.state.is_end() && !signed,
        BundleStage::Final => view.state.is_end() && signed,
    };
    let parties = &bundle.parties;
    let agreed = [
        (stage, "how far the delivery had come"),
        (
            parties.carrier == view.carrier && parties.driver == view.driver,
            "the parties",
        ),
        (booked_door(&bundle.log) == Some(parties.door), "the door"),
        (
            bundle.policy.window == view.window
                && booked(&bundle.log) == Some((view.window, view.tracking_numbers.clone())),
            "the window",
        ),
        (
            bundle.parcels == parcels(&view.tracking_numbers, &bundle.log),
            "the parcels",
        ),
        (bundle.readings == readings(&bundle.log), "the readings"),
    ];
    match agreed.into_iter().find(|(agrees, _)| !agrees) {
        Some((_, what)) => Err(NotEvidence::Disagrees(what)),
        None => Ok(Proven { bundle, head }),
    }
}
