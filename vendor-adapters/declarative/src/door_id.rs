//! A door's name in the contract: the parts by which its vendor knows it, put together as the file says.

use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use postern_contract::text::DoorRef;
use serde_json::Value;

use crate::file::field::Told;
use crate::file::naming::{Naming, Part};
use crate::file::template::Piece;

/// The parts of one door's name, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoorKey(Vec<String>);

impl DoorKey {
    pub(crate) fn parts(&self) -> &[String] {
        &self.0
    }

    /// The name of a door in an answer, if it says all of it.
    pub(crate) fn of(naming: &Naming, door: &[&Value]) -> Option<Self> {
        let part = |part: &Part| {
            let Told::Is(value) = part.field.told(door) else {
                return None;
            };
            if !part.one_of.is_empty() && !part.one_of.iter().any(|word| word.is(value)) {
                return None;
            }
            match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) if !number.is_f64() => Some(number.to_string()),
                _ => None,
            }
        };
        let parts: Option<Vec<_>> = naming.parts.iter().map(part).collect();
        parts.map(Self)
    }

    /// The name as the contract's reference. `None` if it can't be written as one, would lead elsewhere in an address, or could be taken
    /// for another door's.
    pub(crate) fn to_ref(&self, naming: &Naming) -> Option<DoorRef> {
        if self.0.iter().any(|part| matches!(part.as_str(), "" | "." | "..")) {
            return None;
        }
        let text = naming.reference.filled(&self.0);
        (Self::split(&text, naming).as_ref() == Some(self)).then_some(())?;
        text.parse().ok()
    }

    /// The name of the opener, where the door's own names the way to it too.
    pub(crate) fn opener(&self, naming: &Naming) -> Option<DoorRef> {
        naming.opener.as_ref()?.filled(&self.0).parse().ok()
    }

    /// The name in a reference that [`Self::to_ref`] gave.
    ///
    /// # Errors
    /// `door_not_found` for any other reference.
    pub(crate) fn from_ref(door: &DoorRef, naming: &Naming) -> Result<Self, AdapterError> {
        let key = Self::split(door.as_str(), naming);
        key.filter(|key| key.to_ref(naming).as_ref() == Some(door))
            .ok_or_else(|| {
                AdapterError::not_executed(
                    AdapterErrorKind::DoorNotFound,
                    "the reference names no door of this vendor",
                )
            })
    }

    /// Takes a reference apart, from its end: only the first part may contain what stands between parts.
    fn split(text: &str, naming: &Naming) -> Option<Self> {
        let mut parts = vec![String::new(); naming.parts.len()];
        let mut rest = text;
        let mut pieces = naming.reference.pieces().iter().rev().peekable();
        while let Some(piece) = pieces.next() {
            match (piece, pieces.peek()) {
                (Piece::Text(fixed), _) => rest = rest.strip_suffix(fixed.as_str())?,
                (Piece::Part(part), Some(Piece::Text(before))) => {
                    let at = rest.rfind(before.as_str())? + before.len();
                    *parts.get_mut(*part)? = rest[at..].to_owned();
                    rest = &rest[..at];
                }
                (Piece::Part(part), _) => *parts.get_mut(*part)? = std::mem::take(&mut rest).to_owned(),
            }
        }
        let known = naming
            .parts
            .iter()
            .zip(&parts)
            .all(|(part, text)| part.takes(text));
        (rest.is_empty() && known).then_some(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use crate::file::VendorFile;

    use super::*;

    /// The example, whose doors are named in this way.
    fn naming(reference: &str) -> Naming {
        let example = include_str!("../vendors/acme.toml");
        let text = example.replacen("{home}/{door}", reference, 1);
        VendorFile::read("acme.toml", &text).unwrap().doors.naming
    }

    const REFERENCES: [&str; 4] = [
        "{home}/{door}",
        "{door}--{home}",
        "a{home}-{door}z",
        "{home}aa{door}",
    ];

    proptest! {
        #[test]
        fn every_reference_leads_back_to_its_door(
            home in "[a-c./-]{0,8}|[!-~]{1,20}",
            door in "[a-c./-]{0,8}|[!-~]{1,20}",
            reference in prop::sample::select(REFERENCES.to_vec()),
        ) {
            let naming = naming(reference);
            let home = json!({ "id": home });
            let found = json!({ "id": door });
            let key = DoorKey::of(&naming, &[&home, &Value::Null, &found]).unwrap();
            if let Some(door) = key.to_ref(&naming) {
                prop_assert_eq!(DoorKey::from_ref(&door, &naming), Ok(key));
            }
        }

        #[test]
        fn no_two_doors_share_a_reference(
            doors in prop::collection::btree_set(("[a-b/-]{1,4}", "[a-b/-]{1,4}"), 2..20),
            reference in prop::sample::select(REFERENCES.to_vec()),
        ) {
            let naming = naming(reference);
            let mut seen = std::collections::BTreeSet::new();
            for (one, other) in doors {
                if let Some(door) = DoorKey(vec![one, other]).to_ref(&naming) {
                    prop_assert!(seen.insert(door.clone()), "{door} twice");
                }
            }
        }

        #[test]
        fn no_reference_makes_the_reader_panic_or_lead_elsewhere(
            text in "[./a-z%?#0-9-]{1,20}",
            reference in prop::sample::select(REFERENCES.to_vec()),
        ) {
            let naming = naming(reference);
            let door: DoorRef = text.parse().unwrap();
            if let Ok(key) = DoorKey::from_ref(&door, &naming) {
                prop_assert_eq!(key.to_ref(&naming), Some(door));
                prop_assert!(!key.parts().iter().any(|part| ["", ".", ".."].contains(&part.as_str())));
            }
        }
    }

    #[test]
    fn an_id_may_be_a_text_or_a_whole_number_and_nothing_else() {
        let naming = naming("{home}/{door}");
        let of = |home: Value, door: Value| {
            let (home, door) = (json!({ "id": home }), json!({ "id": door }));
            let key = DoorKey::of(&naming, &[&home, &Value::Null, &door])?;
            key.to_ref(&naming).map(|door| door.to_string())
        };
        assert_eq!(of(json!("h1"), json!(17)).as_deref(), Some("h1/17"));
        for odd in [
            json!(1.5),
            json!(true),
            json!([]),
            json!({}),
            Value::Null,
            json!(""),
            json!(".."),
        ] {
            assert_eq!(of(odd.clone(), json!("d")), None, "{odd}");
        }
        assert_eq!(of(json!("h 1"), json!("d")), None, "no reference has a space");
    }
}
