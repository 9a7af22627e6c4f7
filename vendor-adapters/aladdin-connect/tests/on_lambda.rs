//! The `aladdin-connect-adapter` binary, as Lambda runs it: polling a Runtime API, here one on loopback.
//!
//! It needs two secrets, which stand in its environment only sealed, so each start asks the key service: here one that opens whatever
//! was sealed by it.
#![cfg(test)]

use postern_lambda_host::{Function, LambdaHost};
use serde_json::json;

fn adapter(host: &LambdaHost) -> Function {
    host.function(env!("CARGO_BIN_EXE_aladdin-connect-adapter"))
        .with("ALADDIN_CONNECT_BASE_URL", "https://partner.vendor.example/")
        .with("ALADDIN_CONNECT_CLIENT_ID", "partner")
        .with("POSTERN_CREDENTIALS_KEY", "alias/credentials")
}
