//! Logs: JSON lines on standard output, which Lambda carries to CloudWatch, without the chatter of libraries.

use tracing::Level;
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

/// Libraries that may print what goes over the wire at their finer levels, where tokens and codes are. They never get below a
/// warning, whatever level is asked for. The runtime's own span, which names the invocation, is an `info`.
const QUIET: &str = "hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,h2=warn,lambda_runtime=info,\
                     lambda_http=info,lambda_runtime_api_client=warn,aws_config=warn,aws_smithy_runtime=warn,\
                     aws_smithy_runtime_api=warn,aws_smithy_http_client=warn,aws_runtime=warn,aws_sigv4=warn,\
                     aws_sdk_dynamodb=warn,aws_sdk_kms=warn,aws_sdk_lambda=warn,aws_sdk_sqs=warn,aws_sdk_sts=warn";

/// Sets up JSON logs on standard output, from the level that `POSTERN_LOG` names: `error`, `warn`, `info` (unless told), `debug`,
/// `trace`. A second call changes nothing.
pub fn init_json_logs() {
    let level = std::env::var("POSTERN_LOG")
        .ok()
        .and_then(|level| level.parse::<Level>().ok());
    let level = level.unwrap_or(Level::INFO);
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(EnvFilter::new(format!("{level},{QUIET}")))
        .finish();
    // It fails only where logs are set up already, as in a test.
    let _ = subscriber.try_init();
}
