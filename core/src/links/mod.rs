//! The flows of a link: a household's tie to one vendor account.

mod call;
mod refresh;

pub(crate) use self::call::call_with;
pub use self::refresh::{refresh, refresh_when_due};
