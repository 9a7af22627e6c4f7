//! The `myq-adapter` binary, as Lambda runs it: polling a runtime API, here a fake one.
#![cfg(test)]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// Hands out the invocations it was given, then keeps the poller waiting.
struct Runtime {
    waiting: Mutex<mpsc::UnboundedReceiver<Value>>,
    answered: mpsc::UnboundedSender<Value>,
}

async fn next(State(runtime): State<Arc<Runtime>>) -> Response<String> {
    let Some(event) = runtime.waiting.lock().await.recv().await else {
        return std::future::pending().await;
    };
    Response::builder()
        .header("content-type", "application/json")
        .header(
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        )
        .header("lambda-runtime-deadline-ms", "1900000000000")
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:myq",
        )
        .body(event.to_string())
        .unwrap()
}

async fn response(State(runtime): State<Arc<Runtime>>, body: Bytes) -> axum::http::StatusCode {
    runtime
        .answered
        .send(serde_json::from_slice(&body).unwrap())
        .unwrap();
    axum::http::StatusCode::ACCEPTED
}

/// Ends the process that it started, and no other.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which the test then tells.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn adapter() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_myq-adapter"));
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in [
        ("AWS_REGION", "us-east-1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "myq"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("MYQ_IDENTITY_URL", "https://identity.vendor.example/"),
        ("MYQ_ACCOUNTS_URL", "https://accounts.vendor.example/"),
        ("MYQ_DEVICES_URL", "https://devices.vendor.example/"),
        ("MYQ_COMMANDS_URL", "https://commands.vendor.example/"),
        ("MYQ_CLIENT_ID", "partner"),
        ("POSTERN_CREDENTIALS_KEY", "alias/credentials"),
    ] {
        command.env(name, value);
    }
    command
}

#[tokio::test]
async fn an_invocation_gets_the_contracts_reply_and_a_bad_one_does_not_fail_the_function() {
    let (invoke, waiting) = mpsc::unbounded_channel();
    let (answered, mut answers) = mpsc::unbounded_channel();
    let runtime = Arc::new(Runtime {
        waiting: Mutex::new(waiting),
        answered,
    });
    let app = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .with_state(runtime);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let _running = Running(
        adapter()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .spawn()
            .unwrap(),
    );

    let describe = json!({
        "contract": "1.0", "request_id": "req-1", "deadline": "2100-01-01T00:00:00Z",
        "call": { "operation": "describe", "input": {} },
    });
    invoke.send(describe).unwrap();
    invoke.send(json!({ "hello": "world" })).unwrap();
    let mut answer = async || {
        tokio::time::timeout(Duration::from_secs(60), answers.recv())
            .await
            .unwrap()
            .unwrap()
    };
    let described = answer().await;
    assert_eq!(described["request_id"], "req-1");
    assert_eq!(described["result"]["ok"]["output"]["name"], "myQ");
    assert_eq!(answer().await["result"]["error"]["kind"], "invalid_request");
}

#[test]
fn a_missing_setting_is_named_at_the_start() {
    let output = adapter().env_remove("MYQ_CLIENT_ID").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("MYQ_CLIENT_ID"));
}
