//! Names that owners gave their doors at a vendor, made to fit the contract.

use postern_contract::text::Label;

/// The longest name, in characters, that the contract takes.
const LABEL_CHARS_MAX: usize = 60;

/// A name from a vendor, made to fit: without control characters, and no longer than the contract takes. `None` if nothing is left.
pub fn fitted_label(name: &str) -> Option<Label> {
    let clean: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let short: String = clean.trim().chars().take(LABEL_CHARS_MAX).collect();
    short.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_name_becomes_a_label_or_none(name in "\\PC{0,90}|[\\x00-\\x20]{0,5}.{0,70}") {
            if let Some(label) = fitted_label(&name) {
                prop_assert!(label.as_str().chars().count() <= LABEL_CHARS_MAX);
            }
        }
    }
}
