//! Starting and stopping a cloud.

pub(crate) mod connection;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::MockConnectInfo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::control::{self, Control};
use crate::error::CloudError;
use crate::shared::Shared;
use crate::vendor::Vendor;
use connection::{Connection, DroppableListener};

/// How long a stopping cloud waits for the answers under way.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(1);

impl Vendor {
    /// Starts its cloud, inside the calling program, on its tokio runtime.
    ///
    /// # Errors
    /// When it cannot listen, or its snapshot cannot be read or written.
    pub async fn start(self, config: Config) -> Result<RunningCloud, CloudError> {
        let wanted = config.listen;
        let listen = |source| CloudError::Listen {
            address: wanted,
            source,
        };
        let listener = TcpListener::bind(wanted).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        // A name and not an address: the Python clients need cookies, and aiohttp keeps none for addresses.
        let base_url = format!("http://localhost:{}", address.port());
        let shared = Shared::begin(self, config, base_url.clone())?;
        let control = Control::new(shared.clone());
        let pushing = self.pushing(&shared);
        let app = Router::new()
            .merge(self.router(shared))
            .nest("/_control", control::router(control.clone()));
        let (stop, stopped) = oneshot::channel::<()>();
        let service = app.into_make_service_with_connect_info::<Connection>();
        let serve = axum::serve(DroppableListener::new(listener), service).with_graceful_shutdown(async {
            // Both an order to stop and the loss of the handle mean stop.
            let _ = stopped.await;
        });
        let task = tokio::spawn(async move {
            let _pushing = pushing;
            if let Err(error) = serve.await {
                tracing::error!(vendor = self.id(), %error, "the cloud stopped serving");
            }
        });
        tracing::info!(vendor = self.id(), %base_url, "the cloud is up");
        Ok(RunningCloud {
            base_url,
            address,
            control,
            stop,
            task,
        })
    }

    /// The cloud that `config` describes, as it would be reached at `base_url`.
    ///
    /// # Errors
    /// When its snapshot cannot be read or written.
    pub fn in_process(self, config: Config, base_url: &str) -> Result<InProcessCloud, CloudError> {
        let shared = Shared::begin(self, config, base_url.to_owned())?;
        let control = Control::new(shared.clone());
        let router = self.router(shared).layer(MockConnectInfo(Connection::nowhere()));
        Ok(InProcessCloud { router, control })
    }
}

/// The simulator of the myQ cloud.
#[derive(Debug)]
pub struct MyqCloud;

impl MyqCloud {
    /// Starts it.
    ///
    /// # Errors
    /// See [`Vendor::start`].
    pub async fn start(config: Config) -> Result<RunningCloud, CloudError> {
        Vendor::Myq.start(config).await
    }

    /// The cloud without a socket.
    ///
    /// # Errors
    /// See [`Vendor::in_process`].
    pub fn in_process(config: Config, base_url: &str) -> Result<InProcessCloud, CloudError> {
        Vendor::Myq.in_process(config, base_url)
    }
}

/// The simulator of the cloud of Aladdin Connect.
#[derive(Debug)]
pub struct AladdinConnectCloud;

impl AladdinConnectCloud {
    /// Starts it. Begin with the settings of [`Vendor::demo`], as those of [`Config::empty`] are myQ's.
    ///
    /// # Errors
    /// See [`Vendor::start`].
    pub async fn start(config: Config) -> Result<RunningCloud, CloudError> {
        Vendor::AladdinConnect.start(config).await
    }
}

/// The simulator of the cloud behind the app of Nice G.O.
#[derive(Debug)]
pub struct NiceGoCloud;

impl NiceGoCloud {
    /// Starts it. Begin with the settings of [`Vendor::demo`], as those of [`Config::empty`] are myQ's.
    ///
    /// # Errors
    /// See [`Vendor::start`].
    pub async fn start(config: Config) -> Result<RunningCloud, CloudError> {
        Vendor::NiceGo.start(config).await
    }
}

/// The simulator of the cloud of SmartThings.
#[derive(Debug)]
pub struct SmartThingsCloud;

impl SmartThingsCloud {
    /// Starts it. Begin with the settings of [`Vendor::demo`], as those of [`Config::empty`] are myQ's.
    ///
    /// # Errors
    /// See [`Vendor::start`].
    pub async fn start(config: Config) -> Result<RunningCloud, CloudError> {
        Vendor::SmartThings.start(config).await
    }
}

/// The simulator of a Tailwind iQ3, which speaks on the home's own network.
#[derive(Debug)]
pub struct TailwindController;

impl TailwindController {
    /// Starts it. Begin with the people of [`Vendor::demo`], whose password is the local control key.
    ///
    /// # Errors
    /// See [`Vendor::start`].
    pub async fn start(config: Config) -> Result<RunningCloud, CloudError> {
        Vendor::Tailwind.start(config).await
    }
}

/// The simulator of an ismartgate, or of a Gogogate2, which speak on the home's own network.
#[derive(Debug)]
pub struct IsmartgateController;

impl IsmartgateController {
    /// Starts it.
    ///
    /// # Errors
    /// See [`Vendor::start`].
    pub async fn start(config: Config) -> Result<RunningCloud, CloudError> {
        Vendor::Ismartgate.start(config).await
    }
}

/// A cloud without a socket: its routes, to be asked in the same process, and its controls. It cannot hang up.
#[derive(Clone, Debug)]
pub struct InProcessCloud {
    /// The routes that its clients see.
    pub router: Router,
    /// Its controls.
    pub control: Control,
}

/// A cloud that runs. Dropping it stops it.
#[derive(Debug)]
pub struct RunningCloud {
    base_url: String,
    address: SocketAddr,
    control: Control,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl RunningCloud {
    /// Where it is reached: `http://localhost:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its controls, the same as over HTTP under `/_control`.
    #[must_use]
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// Stops it. Answers that are still held back after a second are not waited for.
    pub async fn shutdown(self) {
        let Self { stop, mut task, .. } = self;
        // The server being gone already is what is wanted.
        let _ = stop.send(());
        if tokio::time::timeout(SHUTDOWN_WAIT, &mut task).await.is_err() {
            task.abort();
        }
    }
}
