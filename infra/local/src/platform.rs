//! Bringing the local platform up, and down again.

use std::{sync::Arc, time::Duration};

use axum::Router;
use jiff::SignedDuration;
use postern_adapter_declarative::VendorFile;
use postern_carrier_api::Carriers;
use postern_contract::ids::VendorId;
use postern_core::{
    Platform,
    feed::Outbox,
    grant::Limits,
    ports::{Adapters, Chance, Clock, SystemChance, SystemClock},
    store::{Store, StoreError},
    webhooks::Addresses as AllowedAddresses,
};
use postern_customer_api::Customers;
use postern_embedded_record::{EmbeddedRecord, Recorder};
use postern_http::{
    Cursors, HouseConfig, Verifier, VerifierConfig,
    token::{Algorithm, Audience, KeySource},
};
use postern_keys::KeyFile;
use postern_vendor_clouds::{Control, RunningCloud, Vendor};
use postern_webhooks::{Poster, Teller};
use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
    task::{JoinHandle, JoinSet},
};
use url::Url;

use crate::{
    DataPlace, LocalError, Seeds,
    adapters::InProcess,
    issuer::{App, Issuer, IssuerConfig, KeyPlace},
    listeners::Listeners,
    outbox,
    timers::{self, Timers},
    vendor,
    work::{Guardian, Pushes},
};

/// The record's table.
const TABLE: &str = "postern";
const CARRIER_AUDIENCE: &str = "postern-carrier-api";
const CUSTOMER_AUDIENCE: &str = "postern-customer-api";
/// How often the embedded record is tidied up: what has expired goes, old stream records go.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// How to start a local platform.
#[derive(Debug, Clone)]
pub struct LocalConfig {
    /// Where its data lies.
    pub data: DataPlace,
    /// The first of four ports in a row; otherwise those of the last start on the folder, or any that are free.
    pub first_port: Option<u16>,
    /// Whose openers it has. A data folder stays with the vendor that it began with.
    pub vendor: Vendor,
    /// The file by which its vendor's adapter is run, in place of the one in code.
    pub vendor_file: Option<VendorFile>,
    /// How many times faster than a real one the simulated door moves.
    pub door_speed: f64,
    /// The bounds of grants.
    pub limits: Limits,
    /// Who is there from the start.
    pub seeds: Seeds,
    /// Where webhooks may be posted to.
    pub webhooks: AllowedAddresses,
    /// Watches every request to the record, for tests that count them.
    pub recorder: Option<Recorder>,
}

impl LocalConfig {
    /// A platform at `data`, with a door that moves ten times faster than a real one.
    #[must_use]
    pub fn at(data: DataPlace) -> Self {
        let limits = Limits::default();
        let slow = Self {
            data,
            first_port: None,
            vendor: Vendor::Myq,
            vendor_file: None,
            door_speed: 1.0,
            limits,
            seeds: Seeds::default(),
            webhooks: AllowedAddresses::LoopbackToo,
            recorder: None,
        };
        slow.faster(10.0)
    }

    /// The same, with a door that moves `speed` times faster than a real one: it is looked at more often, and given up on sooner,
    /// in the same measure. What people and servers take their time for stays as it is.
    #[must_use]
    pub fn faster(self, speed: f64) -> Self {
        let real = Limits::default();
        let scaled = |span: SignedDuration| SignedDuration::from_secs_f64(span.as_secs_f64() / speed);
        let limits = Limits {
            open_settle: scaled(real.open_settle),
            close_settle: scaled(real.close_settle),
            late_open: scaled(real.late_open),
            look_after_close: scaled(real.look_after_close),
            close_again_after: scaled(real.close_again_after),
            look_again_min: scaled(real.look_again_min).max(SignedDuration::from_millis(40)),
            look_again_max: scaled(real.look_again_max).max(SignedDuration::from_secs(1)),
            ..self.limits
        };
        Self {
            door_speed: speed,
            limits,
            ..self
        }
    }
}

/// Where everything is.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The OAuth2 issuer.
    pub issuer: Url,
    /// The carriers' API.
    pub carrier_api: Url,
    /// The customers' API.
    pub customer_api: Url,
    /// The vendor's simulated cloud, with its fault controls.
    pub vendor_cloud: Url,
    /// Where a vendor's login page sends the customer's browser.
    pub linked: Url,
    /// Where the issuer's login page sends the customer's browser.
    pub signed_in: Url,
}

/// A local platform that runs.
#[derive(Debug)]
pub struct LocalPlatform {
    /// Where everything is.
    pub addresses: Addresses,
    /// Who is there.
    pub seeds: Seeds,
    /// The platform itself, for tests that look inside.
    pub platform: Platform,
    issuer: Issuer,
    vendor: Vendor,
    cloud: RunningCloud,
    record: Arc<EmbeddedRecord>,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
    background: Vec<JoinHandle<()>>,
}

impl LocalPlatform {
    /// Starts everything, and has the guardian take up what an earlier start left.
    ///
    /// # Errors
    /// [`LocalError`]: a folder that another process holds, a port that is taken, a file that is malformed.
    pub async fn start(config: LocalConfig) -> Result<Self, LocalError> {
        config.data.prepare()?;
        // The record first: its lock is what keeps a second process off the whole folder.
        let record = Arc::new(match &config.data {
            DataPlace::Memory => EmbeddedRecord::memory()?,
            DataPlace::Folder(folder) => EmbeddedRecord::open(folder)?,
        });
        let listeners = Listeners::bind(&config).await?;
        let cloud = vendor::start_cloud(&config, listeners.vendor_cloud).await?;
        config.data.keep_ports(listeners.ports(cloud.address().port())?)?;
        let addresses = listeners.addresses(cloud.base_url())?;
        cloud.control().accept_redirect(addresses.linked.as_str())?;

        let keys = match config.data.file("keys.json") {
            Some(path) => KeyFile::open_or_create(path)?,
            None => KeyFile::ephemeral()?,
        };
        let (follow_ups, left) = Timers::new();
        let store = Store::new(&record.client_with(config.recorder.clone(), None), TABLE);
        store.create_table().await?;
        let adapter = vendor::adapter(&config, &addresses.vendor_cloud, &keys)?;
        let id: VendorId = config
            .vendor
            .id()
            .parse()
            .expect("the vendors' names follow the rule for them");
        let platform = Platform {
            store,
            adapters: Adapters::new(Arc::new(InProcess::default().with(id, adapter))),
            sealer: Arc::new(keys.sealer()),
            signer: Arc::new(keys.signer()),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance::default()),
            follow_ups: Arc::new(follow_ups),
            limits: config.limits,
            link_redirect_uri: addresses.linked.to_string(),
        };
        config.seeds.register(&platform).await?;
        let issuer = start_issuer(&config, &addresses)?;
        let cursors = Cursors::new(&secrecy::SecretSlice::from(
            SystemChance::default().bytes().to_vec(),
        ));

        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        let carriers = Carriers {
            platform: platform.clone(),
            cursors: cursors.clone(),
            webhooks: config.webhooks,
            bundles: Arc::new(keys.bundle_signer()),
        };
        let customers = Customers {
            platform: platform.clone(),
            cursors,
        };
        let carriers = postern_carrier_api::router(carriers, house(&issuer, &addresses, CARRIER_AUDIENCE)?);
        let customers =
            postern_customer_api::router(customers, house(&issuer, &addresses, CUSTOMER_AUDIENCE)?);
        serve(
            &mut servers,
            listeners.issuer,
            issuer.router().merge(crate::shell::pages()),
            &stopped,
        );
        serve(&mut servers, listeners.carrier_api, carriers, &stopped);
        serve(&mut servers, listeners.customer_api, customers, &stopped);

        // On a client of its own: who counts the platform's calls does not mean these.
        let (pushes, pushes_left) = Timers::new();
        let teller = Teller {
            outbox: Outbox {
                store: Store::new(&record.client(), TABLE),
                ..Outbox::of(&platform)
            },
            pushes: Arc::new(pushes),
            poster: Poster::new(config.webhooks)?,
        };
        let guardian = background(timers::run(Guardian(platform.clone()), left), "the guardian");
        let pusher = background(
            timers::run(Pushes(teller.clone()), pushes_left),
            "what posts to webhooks",
        );
        let (caught_up, is_caught_up) = oneshot::channel();
        let teller = tokio::spawn(outbox::run(teller, record.tail(TABLE), caught_up));
        let tidier = tokio::spawn(tidy(Arc::clone(&record), is_caught_up));
        let background = vec![guardian, pusher, teller, tidier];
        Ok(Self {
            addresses,
            seeds: config.seeds,
            platform,
            issuer,
            vendor: config.vendor,
            cloud,
            record,
            stop,
            servers,
            background,
        })
    }

    /// The issuer, for minting ready-made tokens.
    #[must_use]
    pub const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Whose openers it has.
    #[must_use]
    pub const fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// The controls of the vendor's simulated cloud.
    #[must_use]
    pub const fn cloud(&self) -> &Control {
        self.cloud.control()
    }

    /// The address of the embedded record, which speaks DynamoDB's protocol.
    #[must_use]
    pub fn record_url(&self) -> &str {
        self.record.url()
    }

    /// Stops: requests under way are answered, then the servers, the guardian, the vendor cloud and the record end.
    pub async fn stop(mut self) {
        // No receiver is left only when every server has ended already.
        let _ = self.stop.send(true);
        while self.servers.join_next().await.is_some() {}
        for task in self.background {
            task.abort();
            // An aborted task answers that it was.
            let _ = task.await;
        }
        self.cloud.shutdown().await;
    }
}

fn start_issuer(config: &LocalConfig, addresses: &Addresses) -> Result<Issuer, LocalError> {
    Ok(Issuer::new(IssuerConfig {
        issuer: issuer_name(addresses),
        carrier_audience: CARRIER_AUDIENCE.to_owned(),
        customer_audience: CUSTOMER_AUDIENCE.to_owned(),
        clients: config.seeds.clients(),
        app: App::new(vec![addresses.signed_in.to_string()]),
        people: config.seeds.people(),
        key: config
            .data
            .file("issuer-key.json")
            .map_or(KeyPlace::Memory, KeyPlace::File),
        now: wall(),
    })?)
}

/// The `iss` of every token: the address without the slash that a parsed address ends with.
fn issuer_name(addresses: &Addresses) -> String {
    addresses.issuer.as_str().trim_end_matches('/').to_owned()
}

fn wall() -> postern_http::Clock {
    Arc::new(|| SystemClock.now())
}

fn house(issuer: &Issuer, addresses: &Addresses, audience: &str) -> Result<HouseConfig, LocalError> {
    let verifier = Verifier::new(VerifierConfig {
        issuer: issuer_name(addresses),
        audience: Audience::Claim(audience.to_owned()),
        algorithms: vec![Algorithm::Es256],
        keys: KeySource::Fixed(issuer.jwks()),
        scope_prefix: String::new(),
        now: wall(),
    })?;
    let chance = SystemChance::default();
    Ok(HouseConfig {
        verifier: Arc::new(verifier),
        now: wall(),
        entropy: Arc::new(move || chance.number()),
    })
}

fn serve(servers: &mut JoinSet<()>, listener: TcpListener, router: Router, stopped: &watch::Receiver<bool>) {
    let mut stopped = stopped.clone();
    servers.spawn(async move {
        let ended = async move {
            // The sender is gone only when the platform is.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(ended).await {
            tracing::error!(%error, "a server has ended");
        }
    });
}

/// Work that goes on until it is stopped, or the record cannot even be read at its start.
fn background(
    work: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    name: &'static str,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = work.await {
            tracing::error!(%error, "{name} has stopped");
        }
    })
}

/// Tidies up the record, once all that its stream holds has been told.
async fn tidy(record: Arc<EmbeddedRecord>, caught_up: oneshot::Receiver<()>) {
    // The teller is gone only when the platform is.
    let _ = caught_up.await;
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        let record = Arc::clone(&record);
        let tidied = tokio::task::spawn_blocking(move || record.maintain(SystemClock.now())).await;
        if let Ok(Err(error)) = tidied {
            tracing::warn!(%error, "the embedded record could not be tidied up");
        }
    }
}
