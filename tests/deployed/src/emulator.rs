//! The emulated AWS: one process for all tests of a test process, on free ports of this machine alone.

use std::{
    fs::File,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::python;

/// How long it may take to be there.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// The bucket that templates and binaries are uploaded to.
pub(crate) const ARTIFACTS: &str = "artifacts";
/// The market's region.
const REGION: &str = "us-east-1";

/// The emulated AWS, with IAM enforced.
#[derive(Debug)]
pub struct Emulator {
    endpoint: Url,
    folder: PathBuf,
    // One at a time in a target folder: the next one waits for it.
    _lock: File,
    // It ends when the pipe to its standard input breaks, which is when this process does.
    _process: Child,
}

/// What the emulator decided of a role's call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Decision {
    /// The ARN of the session that called.
    pub principal: String,
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// What it was to be done to.
    pub resource: String,
    /// `Allow`, `Deny` or `ImplicitDeny`.
    pub decision: String,
    /// The `Sid` of the statement that decided.
    pub statement: String,
}

impl Emulator {
    /// The emulator of this test process.
    pub fn shared() -> &'static Self {
        static STARTED: OnceLock<Emulator> = OnceLock::new();
        STARTED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let (folder, lock) = own_folder();
        let (gateway, broker) = (free_port(), free_port());
        let endpoint = Url::parse(&format!("http://127.0.0.1:{gateway}")).unwrap();
        let log = File::create(folder.join("log")).unwrap();
        let launcher = Path::new(env!("CARGO_MANIFEST_DIR")).join("emulator/start.py");
        let mut command = Command::new(python::emulator());
        command.arg(launcher).env_clear().envs(operator(&endpoint));
        command
            .env("HOME", &folder)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", gateway.to_string())
            .env("IOT_MTLS_PORT", broker.to_string())
            .env("MINISTACK_REGION", REGION)
            .env("MINISTACK_ACCOUNT_ID", "123456789012")
            .env("AUTH", "true")
            .env("DECISIONS", folder.join("decisions"));
        let process = command
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut emulator = Self {
            endpoint,
            folder,
            _lock: lock,
            _process: process,
        };
        emulator.wait_until_there();
        emulator.aws_now(&["s3api", "create-bucket", "--bucket", ARTIFACTS]);
        emulator
    }

    fn wait_until_there(&mut self) {
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.endpoint.port().unwrap())).is_err() {
            let ended = self._process.try_wait().unwrap();
            assert!(
                ended.is_none() && start.elapsed() < STARTS_WITHIN,
                "the emulator does not start ({ended:?}):\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Where every service answers.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// What it wrote to its log, for a test that fails.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// A tool of the operator, such as `aws`, with the operator's environment and a key that may do everything.
    pub fn tool(&self, name: &str) -> Command {
        self.tool_at(&python::tools().join(name))
    }

    /// The same for a program that may itself call the operator's tools.
    pub(crate) fn tool_at(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(operator(&self.endpoint));
        command.env("HOME", &self.folder);
        command
    }

    /// Runs `aws` and reads its answer; nothing is `Null`.
    pub async fn aws(&'static self, args: &[&str]) -> Value {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let run = move || self.aws_now(&args.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    fn aws_now(&self, args: &[&str]) -> Value {
        let mut command = self.tool("aws");
        command.args(["--output", "json", "--endpoint-url", self.endpoint.as_str()]);
        let start = Instant::now();
        let answer = postern_test_tools::must(command.args(args));
        self.note(args, start.elapsed());
        if answer.trim_ascii().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer)
                .unwrap_or_else(|_| panic!("{args:?}: {}", String::from_utf8_lossy(&answer)))
        }
    }

    /// Leaves a line in `tools` of what an operator's tool was asked and how long it took, for whoever looks for where the time goes.
    fn note(&self, args: &[&str], took: Duration) {
        let file = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("tools"));
        writeln!(file.unwrap(), "{:5} ms  {}", took.as_millis(), args.join(" ")).unwrap();
    }

    /// What was decided so far of the calls of roles and users.
    pub fn decisions(&self) -> Vec<Decision> {
        let lines = std::fs::read_to_string(self.folder.join("decisions")).unwrap();
        lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// A file of this emulator's folder, written anew.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        File::create(&path).unwrap().write_all(content).unwrap();
        path
    }
}

/// A fresh folder for what the emulator writes, under the target directory. It stays there for whoever wants to know why a test failed.
fn own_folder() -> (PathBuf, File) {
    let place = postern_test_tools::profile_folder().with_file_name("tmp");
    std::fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("deployed.lock")).unwrap();
    lock.lock().unwrap();
    let folder = place.join("deployed");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir(&folder).unwrap();
    (folder, lock)
}

/// The operator's environment: nothing is inherited but the way to the tools, the operator's own first.
fn operator(endpoint: &Url) -> Vec<(&'static str, String)> {
    let path = format!("{}:{}", python::tools().display(), std::env::var("PATH").unwrap());
    let endpoint = endpoint.as_str().trim_end_matches('/').to_owned();
    [
        ("PATH", path),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_PAGER", String::new()),
    ]
    .into()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
