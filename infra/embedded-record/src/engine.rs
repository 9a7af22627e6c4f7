//! The engine, its thread, and the client that reaches it.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
};
use dynoxide::Database;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Faults, Recorder, Tail, lock::FolderLock, wrap::Wrapped};

/// The name of the database inside the data folder.
const DATABASE_FILE: &str = "record.db";
/// How long a request may take in all, in seconds. Generous: the machine may be compiling beside us.
const ATTEMPT_TIMEOUT_S: u64 = 10;
/// How long the server may take to finish its running requests, in seconds.
const SHUTDOWN_S_MAX: u64 = 2;
/// How long stream records are kept, in seconds: as long as AWS keeps them.
const STREAM_RECORDS_S: i64 = 24 * 3600;
/// How often a trim that finds the database busy is tried.
const TRIM_TRIES_MAX: u32 = 20;

/// Why the embedded record could not be started or tended.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedRecordError {
    /// Another process works on this data folder.
    #[error("the data folder {folder} is in use by process {pid}: end that one first, or choose another folder",
            folder = folder.display(), pid = pid.map_or_else(|| "(unknown)".to_owned(), |pid| pid.to_string()))]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The process that holds it, where it could be read.
        pid: Option<u32>,
    },
    /// The data folder cannot be made, read or written.
    #[error("can't use the data folder {folder}", folder = folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The engine refused.
    #[error("the record's engine failed: {0}")]
    Engine(String),
    /// SQLite refused.
    #[error("the record's database failed")]
    Database(#[from] rusqlite::Error),
    /// The server's thread or socket could not be started.
    #[error("the record's server could not be started")]
    Server(#[source] std::io::Error),
}

/// A running record. Dropping it ends the server and closes the database.
pub struct EmbeddedRecord {
    db: Option<Database>,
    // A second connection, for what the engine does not do by itself: the index on its stream, and trimming it.
    side: Mutex<Connection>,
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _lock: Option<FolderLock>,
}

impl std::fmt::Debug for EmbeddedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedRecord")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl EmbeddedRecord {
    /// A record that lives as long as this value, in memory.
    ///
    /// # Errors
    /// [`EmbeddedRecordError`] when the engine or its server cannot be started.
    pub fn memory() -> Result<Self, EmbeddedRecordError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // A shared cache under a name of its own: the engine's own memory form cannot be reached from the side.
        let name = format!(
            "file:postern-record-{}-{}?mode=memory&cache=shared",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        Self::start(&name, None)
    }

    /// The record that lives in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`EmbeddedRecordError::InUse`] while another process, or another value in this one, works on the folder;
    /// [`EmbeddedRecordError`] when the engine or its server cannot be started.
    pub fn open(folder: &Path) -> Result<Self, EmbeddedRecordError> {
        std::fs::create_dir_all(folder).map_err(|source| EmbeddedRecordError::Folder {
            folder: folder.to_owned(),
            source,
        })?;
        let lock = FolderLock::take(folder)?;
        let path = folder.join(DATABASE_FILE);
        let text = path
            .to_str()
            .ok_or_else(|| EmbeddedRecordError::Engine("the folder's name is not UTF-8".to_owned()))?;
        Self::start(text, Some(lock))
    }

    fn start(path: &str, lock: Option<FolderLock>) -> Result<Self, EmbeddedRecordError> {
        let db = Database::new(path).map_err(|error| engine(&error))?;
        // An odd name for "synchronous = NORMAL": a killed process loses nothing, a power cut may lose the last moment.
        db.disable_bulk_loading().map_err(|error| engine(&error))?;
        let side = Connection::open(path)?;
        side.busy_timeout(Duration::from_secs(5))?;
        index_stream(&side)?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(EmbeddedRecordError::Server)?;
        listener
            .set_nonblocking(true)
            .map_err(EmbeddedRecordError::Server)?;
        let url = format!(
            "http://{}",
            listener.local_addr().map_err(EmbeddedRecordError::Server)?
        );
        let (stop, stopped) = oneshot::channel();
        let (up, is_up) = mpsc::channel();
        let served = db.clone();
        let thread = std::thread::Builder::new()
            .name("embedded-record".to_owned())
            .spawn(move || serve(listener, served, stopped, &up))
            .map_err(EmbeddedRecordError::Server)?;
        is_up
            .recv()
            .unwrap_or_else(|_| Err(std::io::Error::other("the server's thread ended")))
            .map_err(EmbeddedRecordError::Server)?;
        Ok(Self {
            db: Some(db),
            side: Mutex::new(side),
            url,
            stop: Some(stop),
            thread: Some(thread),
            _lock: lock,
        })
    }

    /// A client of this record. It does not repeat calls by itself: that is the store's affair.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client_with(None, None)
    }

    /// A client whose round trips `recorder` notes, and in whose calls `faults` may meddle.
    #[must_use]
    pub fn client_with(&self, recorder: Option<Recorder>, faults: Option<Faults>) -> Client {
        let plain = aws_smithy_http_client::Builder::new().build_http();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(ATTEMPT_TIMEOUT_S))
            .operation_attempt_timeout(Duration::from_secs(ATTEMPT_TIMEOUT_S))
            .build();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ca-central-1"))
            .endpoint_url(&self.url)
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .http_client(Wrapped::new(plain, recorder, faults))
            .build();
        Client::from_conf(config)
    }

    /// A reader of the stream of `table`, from the oldest record that is kept.
    #[must_use]
    pub fn tail(&self, table: &str) -> Tail {
        Tail::new(&self.url, table)
    }

    /// Where the engine answers, as `http://127.0.0.1:PORT`: for tools that speak DynamoDB's API.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes the items whose time to live is over, as AWS does by itself within a few days. Blocks while it works.
    ///
    /// # Errors
    /// [`EmbeddedRecordError::Engine`].
    pub fn sweep_ttl(&self) -> Result<usize, EmbeddedRecordError> {
        self.db
            .as_ref()
            .map_or(Ok(0), |db| db.sweep_ttl().map_err(|error| engine(&error)))
    }

    /// Forgets stream records that were a day old at `now`, as AWS does by itself. Blocks while it works.
    ///
    /// # Errors
    /// [`EmbeddedRecordError::Database`], also when the database stayed busy.
    pub fn trim_stream(&self, now: Timestamp) -> Result<usize, EmbeddedRecordError> {
        let before = now.as_second() - STREAM_RECORDS_S;
        let mut tries = 0;
        loop {
            let side = self.side.lock().unwrap_or_else(PoisonError::into_inner);
            match side.execute("DELETE FROM _stream_records WHERE created_at < ?1", [before]) {
                Ok(trimmed) => return Ok(trimmed),
                // In a shared memory cache SQLite reports a locked table at once, whatever the busy timeout says.
                Err(error) if is_busy(&error) && tries < TRIM_TRIES_MAX => {
                    drop(side);
                    tries += 1;
                    std::thread::sleep(Duration::from_millis(u64::from(tries) * 5));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Both of [`Self::sweep_ttl`] and [`Self::trim_stream`]: call it every minute or so, off the async threads.
    ///
    /// # Errors
    /// As these two.
    pub fn maintain(&self, now: Timestamp) -> Result<(), EmbeddedRecordError> {
        self.sweep_ttl()?;
        self.trim_stream(now)?;
        Ok(())
    }

    /// Ends the server, lets running requests finish, and closes the database. The same as dropping it.
    pub fn shut_down(self) {}
}

impl Drop for EmbeddedRecord {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the server has ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the record's server thread panicked");
        }
        self.db = None;
    }
}

/// Serves until told to stop, on a runtime of this thread alone: the engine's handlers block.
fn serve(
    listener: std::net::TcpListener,
    db: Database,
    stopped: oneshot::Receiver<()>,
    up: &mpsc::Sender<std::io::Result<()>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = up.send(Err(error));
            return;
        }
    };
    runtime.block_on(async move {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => {
                let _ = up.send(Err(error));
                return;
            }
        };
        let _ = up.send(Ok(()));
        let (last_call, no_more) = oneshot::channel::<()>();
        let server = dynoxide::server::serve_with_shutdown(listener, db, async move {
            // Stop when told to, and also when the value that would tell us is gone.
            let _ = stopped.await;
            let _ = last_call.send(());
        });
        let overtime = async move {
            let _ = no_more.await;
            tokio::time::sleep(Duration::from_secs(SHUTDOWN_S_MAX)).await;
        };
        tokio::select! {
            ended = server => if let Err(error) = ended {
                tracing::error!(error, "the record's server failed");
            },
            () = overtime => tracing::warn!("the record's server was ended with a request still open"),
        }
    });
}

/// Without this index each write reads the whole stream table to find its last number.
pub(crate) fn index_stream(side: &Connection) -> Result<(), rusqlite::Error> {
    side.execute_batch(
        "CREATE INDEX IF NOT EXISTS local_stream_seq
         ON _stream_records(table_name, CAST(sequence_number AS INTEGER))",
    )
}

pub(crate) fn engine(error: &dynoxide::DynoxideError) -> EmbeddedRecordError {
    EmbeddedRecordError::Engine(error.to_string())
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    )
}
