//! A door's name in the contract: the home it was listed in, and its serial number.
//!
//! Both are needed for every call, so the name holds both and no call has to look the home up first.

use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use postern_contract::text::DoorRef;

/// What stands between the two parts. It appears in neither.
const SEPARATOR: char = '/';

/// One door in one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoorKey {
    /// The account, which is a home.
    pub account: String,
    /// The opener's serial number.
    pub serial: String,
}

impl DoorKey {
    /// The key as the contract's reference. `None` if the vendor's ids can't be written as one; no such were ever seen.
    pub fn to_ref(&self) -> Option<DoorRef> {
        let plain = |part: &str| !part.is_empty() && !part.contains(SEPARATOR) && !matches!(part, "." | "..");
        if !plain(&self.account) || !plain(&self.serial) {
            return None;
        }
        format!("{}{SEPARATOR}{}", self.account, self.serial).parse().ok()
    }

    /// The key in a reference that [`Self::to_ref`] gave.
    ///
    /// # Errors
    /// `door_not_found` for any other reference.
    pub fn from_ref(door: &DoorRef) -> Result<Self, AdapterError> {
        door.as_str()
            .split_once(SEPARATOR)
            .map(|(account, serial)| Self {
                account: account.into(),
                serial: serial.into(),
            })
            .filter(|key| key.to_ref().as_ref() == Some(door))
            .ok_or_else(|| {
                AdapterError::not_executed(AdapterErrorKind::DoorNotFound, "the reference names no myQ door")
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_reference_leads_back_to_its_door(account in "[!-~]{0,40}", serial in "[!-~]{0,20}") {
            let key = DoorKey { account, serial };
            if let Some(door) = key.to_ref() {
                prop_assert_eq!(DoorKey::from_ref(&door), Ok(key));
            }
        }

        #[test]
        fn no_reference_makes_the_reader_panic_or_lead_elsewhere(text in "[./a-z%?#]{1,20}") {
            let door: DoorRef = text.parse().unwrap();
            if let Ok(key) = DoorKey::from_ref(&door) {
                prop_assert_eq!(key.to_ref(), Some(door));
                prop_assert!(key.account != ".." && key.serial != "..");
            }
        }
    }
}
