//! Lambda's Runtime API on a loopback port, to run a function's real binary in a test.
//!
//! The four calls of <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>: the binary polls for an invocation, and posts
//! its answer or its error. A [`Function`] is such a binary under a clean environment, ended when it is dropped.

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as UrlPath, State},
    http::{Response, StatusCode},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

/// How long an answer is waited for. Generous: an unoptimised binary starts beside a compiler.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// The deadline that every invocation is given, in milliseconds since 1970: far ahead.
const DEADLINE_MS: &str = "4000000000000";

/// What a function made of an invocation: its answer, or the error that it reported.
pub type Outcome = Result<Value, Value>;

/// Why no outcome came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoOutcome {
    /// The function said nothing in time.
    Silent,
    /// The host was dropped.
    Gone,
}

/// A request as an HTTP API of API Gateway sends it, in payload format 2.0; `headers` is an object of texts with names in small
/// letters (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>). The gateway
/// calls it `gateway-1`.
#[must_use]
pub fn gateway_request(method: &str, path: &str, headers: Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "api.execute-api.ca-central-1.amazonaws.com",
            "domainPrefix": "api", "requestId": "gateway-1", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000_i64,
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent",
            },
        },
        "isBase64Encoded": false,
    })
}

#[derive(Debug)]
struct Host {
    ahead: mpsc::UnboundedSender<(String, Value)>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<(String, Value)>>,
    asked: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    number: AtomicU64,
}

impl Host {
    fn asked(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Outcome>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, id: &str, outcome: Outcome) -> StatusCode {
        match self.asked().remove(id) {
            Some(asker) => {
                // The asker may have given up meanwhile.
                let _ = asker.send(outcome);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// A running Runtime API. It ends with the test's runtime.
#[derive(Debug, Clone)]
pub struct LambdaHost {
    host: Arc<Host>,
    address: String,
}

impl LambdaHost {
    /// Starts one on a free loopback port.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start() -> io::Result<Self> {
        let (ahead, waiting) = mpsc::unbounded_channel();
        let host = Arc::new(Host {
            ahead,
            waiting: waiting.into(),
            asked: Mutex::default(),
            number: AtomicU64::new(1),
        });
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(Arc::clone(&host));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { host, address })
    }

    /// The binary at `path`, ready to be given its variables and run on this host.
    #[must_use]
    pub fn function(&self, path: impl AsRef<Path>) -> Function {
        let mut command = Command::new(path.as_ref());
        command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, value) in [
            ("AWS_LAMBDA_RUNTIME_API", self.address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "function"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_REGION", "ca-central-1"),
            ("AWS_DEFAULT_REGION", "ca-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            command.env(name, value);
        }
        Function(command)
    }

    /// Invokes the function that polls this host.
    ///
    /// # Errors
    /// [`NoOutcome`] when it neither answers nor reports an error.
    pub async fn invoke(&self, event: Value) -> Result<Outcome, NoOutcome> {
        let id = format!("invocation-{}", self.host.number.fetch_add(1, Ordering::Relaxed));
        let (asker, outcome) = oneshot::channel();
        self.host.asked().insert(id.clone(), asker);
        self.host.ahead.send((id, event)).map_err(|_| NoOutcome::Gone)?;
        match tokio::time::timeout(ANSWER_WITHIN, outcome).await {
            Ok(outcome) => outcome.map_err(|_| NoOutcome::Gone),
            Err(_) => Err(NoOutcome::Silent),
        }
    }
}

async fn next(State(host): State<Arc<Host>>) -> Result<Response<String>, StatusCode> {
    let Some((id, event)) = host.waiting.lock().await.recv().await else {
        return std::future::pending().await;
    };
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", DEADLINE_MS)
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:ca-central-1:123456789012:function:function",
        )
        .header(
            "lambda-runtime-trace-id",
            "Root=1-00000000-000000000000000000000000",
        )
        .body(event.to_string())
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn response(State(host): State<Arc<Host>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    host.settle(&id, Ok(read(&body)))
}

async fn error(State(host): State<Arc<Host>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    host.settle(&id, Err(read(&body)))
}

/// What a function posted, as JSON; text where it is none, for the test to complain about.
fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// A function's binary under the environment that Lambda gives, and nothing else of ours.
#[derive(Debug)]
pub struct Function(Command);

impl Function {
    /// The same with a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// The same with one more argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.0.arg(argument);
        self
    }

    /// The same, with all that it says written to a file.
    ///
    /// # Errors
    /// When the file cannot be shared.
    pub fn logging_to(mut self, file: &File) -> io::Result<Self> {
        self.0.stdout(file.try_clone()?).stderr(file.try_clone()?);
        Ok(self)
    }

    /// The same without a variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When the binary is not there or cannot be run.
    pub fn start(mut self) -> io::Result<Running> {
        self.0.spawn().map(|child| Running(Some(child)))
    }

    /// Runs it to its end, for one that is expected not to start.
    ///
    /// # Errors
    /// When the binary is not there or cannot be run.
    pub fn run(mut self) -> io::Result<Output> {
        self.0.output()
    }

    /// The same while others, such as a key service in this process, go on answering it.
    ///
    /// # Errors
    /// When the binary is not there or cannot be run.
    pub async fn ended(self) -> io::Result<Output> {
        let run = tokio::task::spawn_blocking(move || self.run());
        run.await.map_err(io::Error::other)?
    }
}

/// A function that runs. Dropping it ends this process, and no other.
#[derive(Debug)]
pub struct Running(Option<Child>);

impl Running {
    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        let ended = self.0.as_mut().map(Child::try_wait);
        // What cannot be asked is gone as well.
        !matches!(ended, Some(Ok(None)))
    }

    /// Ends it, and gives what it logged.
    ///
    /// # Errors
    /// When its output cannot be read.
    pub fn end(mut self) -> io::Result<String> {
        let Some(mut child) = self.0.take() else {
            return Ok(String::new());
        };
        child.kill()?;
        let output = child.wait_with_output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself, which the test then tells.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
