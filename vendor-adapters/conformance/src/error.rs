//! Why the kit could not look at an adapter at all.

use postern_vendor_clouds::CloudError;

/// Why the kit could not look at an adapter at all. What an adapter does wrong is no error: it stands in the report.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// The simulated cloud did not start.
    #[error("the simulated cloud does not start: {0}")]
    Cloud(#[from] CloudError),
    /// The controls of the cloud do not answer as they should.
    #[error(
        "the controls of the cloud at {address}: {problem}. Start it with `cargo run -p postern-vendor-clouds`, and name its address."
    )]
    Controls {
        /// Where they were asked.
        address: String,
        /// What was wrong.
        problem: String,
    },
    /// The adapter cannot be started or reached.
    #[error("the adapter cannot be reached: {0}")]
    Unreachable(String),
    /// The adapter does not say who it is, and so nothing else can be asked of it.
    #[error(
        "the adapter does not describe itself: {0}. It must answer `describe` without speaking with its vendor."
    )]
    Nameless(String),
    /// A port or a file of the kit's own.
    #[error("{what}: {source}")]
    Machine {
        /// What could not be made.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A secret setting could not be sealed for the adapter.
    #[error("the setting {setting} cannot be sealed: {problem}")]
    Sealing {
        /// Which.
        setting: String,
        /// Why.
        problem: String,
    },
}
