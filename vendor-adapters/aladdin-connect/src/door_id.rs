//! A door's name in the contract: its controller and its number there, which is how the vendor's own client names it.

use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use postern_contract::text::DoorRef;

/// What stands between the two parts. A controller's id may have it too; the number has not.
const SEPARATOR: char = '-';

/// The numbers that a controller's doors can have.
const INDICES: [&str; 3] = ["1", "2", "3"];

/// One door of one controller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoorKey {
    /// The controller.
    pub device: String,
    /// The number of its door, from 1.
    pub index: &'static str,
}

impl DoorKey {
    /// The door number `index` of a controller, if there can be one.
    pub fn new(device: impl Into<String>, index: u64) -> Option<Self> {
        let index = usize::try_from(index).ok()?.checked_sub(1)?;
        Some(Self {
            device: device.into(),
            index: INDICES.get(index)?,
        })
    }

    /// The key as the contract's reference. `None` if the vendor's id can't be written as one, or would lead elsewhere in an address.
    pub fn to_ref(&self) -> Option<DoorRef> {
        if matches!(self.device.as_str(), "" | "." | "..") {
            return None;
        }
        format!("{}{SEPARATOR}{}", self.device, self.index).parse().ok()
    }

    /// The key in a reference that [`Self::to_ref`] gave.
    ///
    /// # Errors
    /// `door_not_found` for any other reference.
    pub fn from_ref(door: &DoorRef) -> Result<Self, AdapterError> {
        let parts = door.as_str().rsplit_once(SEPARATOR);
        let key = parts.and_then(|(device, index)| {
            let index = INDICES.into_iter().find(|known| *known == index)?;
            let device = device.to_owned();
            Some(Self { device, index })
        });
        key.filter(|key| key.to_ref().as_ref() == Some(door))
            .ok_or_else(|| {
                AdapterError::not_executed(
                    AdapterErrorKind::DoorNotFound,
                    "the reference names no door of this vendor",
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_reference_leads_back_to_its_door(device in "[!-~]{0,40}", index in 0_u64..6) {
            let key = DoorKey::new(device, index);
            prop_assert_eq!(key.is_some(), (1..=3).contains(&index));
            if let Some((key, door)) = key.and_then(|key| Some((key.clone(), key.to_ref()?))) {
                prop_assert_eq!(DoorKey::from_ref(&door), Ok(key));
            }
        }

        #[test]
        fn no_reference_makes_the_reader_panic_or_lead_elsewhere(text in "[./a-z%?#0-9-]{1,20}") {
            let door: DoorRef = text.parse().unwrap();
            if let Ok(key) = DoorKey::from_ref(&door) {
                prop_assert_eq!(key.to_ref(), Some(door));
                prop_assert!(key.device != ".." && key.device != "." && !key.device.is_empty());
            }
        }
    }
}
