//! Logs: JSON lines on standard output, without the chatter of HTTP libraries, and with a last net for secrets.
//!
//! Nothing here logs headers, bodies or queries, and secrets have types that print as stars. The net is for what others
//! may print all the same: bearer tokens and JSON Web Tokens in a line become `***`.

use std::borrow::Cow;
use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Libraries that may print what goes over the wire at their finer levels. They never get below a warning.
const QUIET: &str = "hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,h2=warn,lambda_runtime=warn,\
                     lambda_runtime_api_client=warn,aws_config=warn,aws_smithy_runtime=warn,\
                     aws_smithy_runtime_api=warn,aws_sdk_kms=warn,aws_runtime=warn,aws_sigv4=warn";

/// Sets up JSON logs on standard output. `POSTERN_LOG` names the level: `error`, `warn`, `info` (unless told), `debug`,
/// `trace`. A second call changes nothing.
pub fn init_json_logs() {
    let level = std::env::var("POSTERN_LOG")
        .ok()
        .and_then(|level| level.parse::<Level>().ok());
    let level = level.unwrap_or(Level::INFO);
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(EnvFilter::new(format!("{level},{QUIET}")))
        .with_writer(|| RedactingWriter::new(io::stdout()))
        .finish();
    // It fails only where logs are set up already, as in a test.
    let _ = subscriber.try_init();
}

/// Writes lines with [`redact`] applied. A line is expected in one call, as `tracing-subscriber` writes it.
#[derive(Debug)]
pub struct RedactingWriter<W>(W);

impl<W: Write> RedactingWriter<W> {
    /// Writes to `inner`.
    pub fn new(inner: W) -> Self {
        Self(inner)
    }
}

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(redact(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `line` with bearer tokens and JSON Web Tokens replaced by `***`.
pub fn redact(line: &str) -> Cow<'_, str> {
    const BEARER: &str = "Bearer ";
    /// How every JSON Web Token begins: `{"` in base64url.
    const JWT: &str = "eyJ";
    let mut clean = String::new();
    let mut rest = line;
    while let Some(start) = [BEARER, JWT].iter().filter_map(|mark| rest.find(mark)).min() {
        let begins = if rest[start..].starts_with(BEARER) {
            start + BEARER.len()
        } else {
            start
        };
        let token = rest[begins..]
            .find(|c: char| !is_token_char(c))
            .unwrap_or(rest.len() - begins);
        clean.push_str(&rest[..begins]);
        clean.push_str("***");
        rest = &rest[begins + token..];
    }
    if clean.is_empty() {
        return Cow::Borrowed(line);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// The characters of a bearer token (RFC 6750, section 2.1).
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+' | '/' | '=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bearer_token_gets_through_wherever_it_stands(
            before in "[a-z{}\": ]{0,20}", token in "[A-Za-z0-9._~+/=-]{8,60}", after in "[\", }]{0,3}",
        ) {
            let line = format!("{before}Bearer {token}{after}");
            prop_assert_eq!(redact(&line), format!("{before}Bearer ***{after}"));
        }

        #[test]
        fn a_line_without_tokens_is_left_as_it_is(line in "[a-d ąé:{}\"]{0,40}") {
            prop_assert_eq!(redact(&line), line.as_str());
        }
    }

    #[test]
    fn json_web_tokens_are_found_inside_a_line() {
        let line = r#"{"message":"got eyJhbGciOi.eyJzdWIi.c2ln","n":1}"#;
        assert_eq!(redact(line), r#"{"message":"got ***","n":1}"#);
    }
}
