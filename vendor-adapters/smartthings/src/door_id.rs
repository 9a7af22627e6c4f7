//! A door's name in the contract: a device, and the component of it that is the door.

use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use postern_contract::text::DoorRef;

/// What stands between the two parts. It appears in neither.
const SEPARATOR: char = '/';

/// One door of one device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoorKey {
    /// The device.
    pub device: String,
    /// The component that is the door: `main`, or one of several.
    pub component: String,
}

impl DoorKey {
    /// The key as the contract's reference. `None` if the vendor's ids can't be written as one, or would lead elsewhere in an address.
    pub fn to_ref(&self) -> Option<DoorRef> {
        if !plain(&self.device) || !plain(&self.component) {
            return None;
        }
        format!("{}{SEPARATOR}{}", self.device, self.component)
            .parse()
            .ok()
    }

    /// The key in a reference that [`Self::to_ref`] gave.
    ///
    /// # Errors
    /// `door_not_found` for any other reference.
    pub fn from_ref(door: &DoorRef) -> Result<Self, AdapterError> {
        let parts = door.as_str().split_once(SEPARATOR);
        let key = parts.map(|(device, component)| Self {
            device: device.to_owned(),
            component: component.to_owned(),
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

/// Whether a part may stand in an address as it is. The vendor's ids are letters, digits, dashes and underscores.
fn plain(part: &str) -> bool {
    !part.is_empty()
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_comes_back_from_its_reference(device in "[a-z0-9-]{1,36}", component in "[A-Za-z0-9_-]{1,12}") {
            let key = DoorKey { device, component };
            prop_assert_eq!(DoorKey::from_ref(&key.to_ref().unwrap()), Ok(key));
        }

        #[test]
        fn no_reference_makes_the_reader_panic_or_lead_elsewhere(text in "[./a-z%?#0-9-]{1,20}") {
            let door: DoorRef = text.parse().unwrap();
            if let Ok(key) = DoorKey::from_ref(&door) {
                prop_assert_eq!(key.to_ref(), Some(door));
                prop_assert!(!key.device.contains(['.', '/', '%', '?', '#']));
            }
        }
    }
}
