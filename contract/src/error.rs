//! The one error of this crate: a value that does not have the shape its type asks for.

/// A value was refused by the type that should have held it. The message names the rule and never repeats the value, which
/// may be private; it says what was expected, as serde's own messages do, so that whoever reads a body can put the field's name before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {rule}")]
pub struct Invalid {
    /// What was being read, in the words of the API.
    pub what: &'static str,
    /// The rule it broke, as the end of the sentence "must be …".
    pub rule: &'static str,
}

impl Invalid {
    /// An error saying that `what` must be `rule`.
    #[must_use]
    pub const fn new(what: &'static str, rule: &'static str) -> Self {
        Self { what, rule }
    }
}
