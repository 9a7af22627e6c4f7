//! An adapter as the program that Lambda would run: it polls a Runtime API, here one on loopback. Several copies of it run at once, as
//! they do on Lambda.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use postern_contract::{conformance::Build, proof::FileDigest};
use postern_lambda_host::{LambdaHost, NoOutcome, Running};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::Mutex;

use super::{NoReply, Reach, Unseen};
use crate::KitError;

/// How many copies run at once.
const COPIES: usize = 3;
/// How long a reply is waited for: longer than any deadline that a request of the kit has.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks at whether it still runs.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How much of the log is read at a time; what is beyond it is not looked at.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A program and what it is started with.
#[derive(Clone, Debug)]
pub struct ProgramPlan {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, which holds nothing else but what Lambda gives.
    pub settings: Vec<(String, String)>,
    /// The file whose digest names the build; otherwise the program's own.
    pub build: Option<PathBuf>,
}

/// A program that runs.
pub struct Program {
    plan: ProgramPlan,
    build: Build,
    log: NamedTempFile,
    copies: Mutex<Copies>,
}

struct Copies {
    /// A new one for each set of copies: a copy that was ended may still be asking the old one for work.
    host: LambdaHost,
    running: Vec<Running>,
    /// How much of the log was given out.
    read: u64,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// [`KitError`] when there is no such program, or no port or file for it.
    pub async fn start(plan: ProgramPlan) -> Result<Self, KitError> {
        let machine = |what| move |source| KitError::Machine { what, source };
        let host = LambdaHost::start()
            .await
            .map_err(machine("no port for a Runtime API"))?;
        let log = NamedTempFile::new().map_err(machine("no file for the adapter's log"))?;
        let named = plan.build.as_ref().unwrap_or(&plan.program);
        let build = digest(named).map_or(Build::Unknown, |sha256| Build::Program { sha256 });
        let program = Self {
            plan,
            build,
            log,
            copies: Mutex::new(Copies {
                host,
                running: Vec::new(),
                read: 0,
            }),
        };
        program
            .renew()
            .await
            .map_err(|Unseen(problem)| KitError::Unreachable(problem))?;
        Ok(program)
    }

    /// Waits until no copy runs any more.
    async fn all_ended(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let mut copies = self.copies.lock().await;
            if copies.running.iter_mut().all(Running::has_ended) {
                return;
            }
        }
    }

    /// The last line of its log, to tell why it ended.
    async fn last_words(&self) -> String {
        let log = self.logs().await.unwrap_or_default();
        log.lines().last().unwrap_or("it logged nothing").to_owned()
    }

    fn copy(&self, host: &LambdaHost) -> std::io::Result<Running> {
        let mut function = host.function(&self.plan.program);
        for argument in &self.plan.arguments {
            function = function.argument(argument);
        }
        for (name, value) in &self.plan.settings {
            function = function.with(name, value);
        }
        // Each copy appends, so that none writes over another, and reading here moves none of them.
        let log = OpenOptions::new().append(true).open(self.log.path())?;
        function.logging_to(&log)?.start()
    }
}

/// The digest of a file, where it can be read.
fn digest(file: &Path) -> Option<FileDigest> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut File::open(file).ok()?, &mut hasher).ok()?;
    FileDigest::try_from(hex::encode(hasher.finalize())).ok()
}

#[async_trait]
impl Reach for Program {
    async fn ask(&self, request: Vec<u8>) -> Result<Vec<u8>, NoReply> {
        let event = serde_json::from_slice(&request)
            .map_err(|_| NoReply::Gone("Lambda hands over nothing but JSON".to_owned()))?;
        let host = self.copies.lock().await.host.clone();
        let silent = tokio::select! {
            invoked = host.invoke(event) => match invoked {
                Ok(Ok(reply)) => return Ok(reply.to_string().into_bytes()),
                Ok(Err(failure)) => return Err(NoReply::Failed(failure.to_string())),
                Err(NoOutcome::Gone) => NoReply::Gone("the Runtime API ended".to_owned()),
                Err(NoOutcome::Silent) => NoReply::Silent(PATIENCE.as_secs()),
            },
            () = tokio::time::sleep(PATIENCE) => NoReply::Silent(PATIENCE.as_secs()),
            () = self.all_ended() => NoReply::Gone(format!("the program ended: {}", self.last_words().await)),
        };
        // Whatever it hangs in, the next question is to meet a program that answers.
        let renewed = self.renew().await;
        Err(renewed.map_or_else(|Unseen(problem)| NoReply::Gone(problem), |()| silent))
    }

    async fn renew(&self) -> Result<(), Unseen> {
        let mut copies = self.copies.lock().await;
        copies.running.clear();
        let host = LambdaHost::start().await;
        copies.host = host.map_err(|error| Unseen(format!("no port for a Runtime API: {error}")))?;
        for _ in 0..COPIES {
            let copy = self.copy(&copies.host).map_err(|error| {
                Unseen(format!("{} does not start: {error}", self.plan.program.display()))
            })?;
            copies.running.push(copy);
        }
        Ok(())
    }

    async fn logs(&self) -> Result<String, Unseen> {
        let unreadable = |error: std::io::Error| Unseen(format!("the log cannot be read: {error}"));
        let mut copies = self.copies.lock().await;
        let mut file = File::open(self.log.path()).map_err(unreadable)?;
        file.seek(SeekFrom::Start(copies.read)).map_err(unreadable)?;
        let mut bytes = Vec::new();
        let read = file
            .take(LOG_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        copies.read += read as u64;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn build(&self) -> Build {
        self.build.clone()
    }
}
