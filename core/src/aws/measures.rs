//! Measures on AWS: lines in CloudWatch's embedded metric format on standard output, from which CloudWatch makes metrics without a call.

use std::io::{Write, stdout};

use metrics_cloudwatch_embedded::{Builder, Collector};

/// The namespace of every metric of the platform.
pub const NAMESPACE: &str = "Postern";

/// Collects what an invocation counts.
#[derive(Clone, Copy)]
pub struct Measures(Option<&'static Collector>);

impl Measures {
    /// Begins to collect for this deployment. A process can collect once: a second call collects nothing.
    #[must_use]
    pub fn begin(deployment: &str) -> Self {
        let begun = Builder::new()
            .cloudwatch_namespace(NAMESPACE)
            .with_dimension("Deployment", deployment.to_owned())
            .init();
        Self(
            begun
                .inspect_err(|error| tracing::error!(%error, "nothing is measured"))
                .ok(),
        )
    }

    /// Writes what was counted since the last time. At the end of each invocation: what comes later waits for the next one.
    pub fn tell(self) {
        self.write(stdout().lock());
    }

    /// The same, to somewhere else.
    pub fn write(self, to: impl Write) {
        if let Some(collector) = self.0
            && let Err(error) = collector.flush(to)
        {
            tracing::warn!(%error, "what was measured could not be written");
        }
    }
}
