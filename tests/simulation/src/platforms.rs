//! The platform's processes: several instances of each function, each a platform of its own on the one record, and a new incarnation
//! with nothing in memory wherever one has died.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use axum::Router;
use postern_carrier_api::Carriers;
use postern_core::{
    Platform,
    grant::Limits,
    ports::{Adapters as AdapterPort, Chance},
    store::Store,
    webhooks::Addresses,
};
use postern_customer_api::Customers;
use postern_embedded_record::InlineRecord;
use postern_http::{
    Cursors, HouseConfig, Verifier, VerifierConfig,
    token::{Algorithm, Audience, KeySource},
};
use postern_keys::{KeyError, KeyFile, PublicKey, SealContext, Sealed, Sealer, Signature, Signer};
use secrecy::SecretSlice;
use serde_json::Value;

use crate::{
    chance::SeededChance,
    line::{Adapters, Line},
    process::Life,
    queue::{Queue, QueueEnd},
    record,
    scene::{Scene, lock},
};

/// The name of the table.
pub(crate) const TABLE: &str = "postern";
/// Who issues tokens.
pub(crate) const ISSUER: &str = "https://issuer.example";
/// For whom carriers' tokens are.
pub(crate) const CARRIER_AUDIENCE: &str = "postern-carrier-api";
/// For whom customers' tokens are.
pub(crate) const CUSTOMER_AUDIENCE: &str = "postern-customer-api";
/// Where the vendor's login sends the browser.
pub(crate) const LINKED: &str = "https://app.example/linked";
/// How many instances each function has.
const INSTANCES: usize = 3;

/// What every process is made of.
pub(crate) struct Parts {
    pub(crate) scene: Arc<Scene>,
    pub(crate) record: InlineRecord,
    pub(crate) keys: KeyFile,
    pub(crate) jwks: Value,
    pub(crate) cursors: SecretSlice<u8>,
    pub(crate) chance: Arc<SeededChance>,
    pub(crate) adapters: Arc<Adapters>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) limits: Limits,
}

/// One incarnation of a process of the platform.
pub(crate) struct Instance {
    pub(crate) life: Arc<Life>,
    pub(crate) platform: Platform,
    pub(crate) router: Option<Router>,
}

/// Which function a pool runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    CarrierApi,
    CustomerApi,
    Guardian,
}

impl Function {
    const fn name(self) -> &'static str {
        match self {
            Self::CarrierApi => "carrier-api",
            Self::CustomerApi => "customer-api",
            Self::Guardian => "guardian",
        }
    }
}

/// The instances of one function.
pub(crate) struct Pool {
    function: Function,
    parts: Arc<Parts>,
    slots: Mutex<Vec<Option<Arc<Instance>>>>,
    born: AtomicU64,
}

impl Pool {
    /// No instance yet: the first request starts one.
    pub(crate) fn new(parts: &Arc<Parts>, function: Function) -> Arc<Self> {
        Arc::new(Self {
            function,
            parts: Arc::clone(parts),
            slots: Mutex::new(vec![None; INSTANCES]),
            born: AtomicU64::new(0),
        })
    }

    /// The instance that a request numbered `number` comes to: a new one where the old one has died.
    pub(crate) fn instance(&self, number: u64) -> Arc<Instance> {
        let slot = usize::try_from(number).unwrap_or_default() % INSTANCES;
        let mut slots = lock(&self.slots);
        match &slots[slot] {
            Some(instance) if !instance.life.is_over() => Arc::clone(instance),
            _ => {
                let instance = Arc::new(self.incarnation());
                slots[slot] = Some(Arc::clone(&instance));
                instance
            }
        }
    }

    fn incarnation(&self) -> Instance {
        let number = self.born.fetch_add(1, Ordering::Relaxed);
        let life = Life::begin(&self.parts.scene, format!("{}-{number}", self.function.name()));
        let platform = self.parts.platform(&life);
        let router = self.parts.router(self.function, &platform, &life);
        Instance {
            life,
            platform,
            router,
        }
    }
}

impl Parts {
    fn platform(&self, life: &Arc<Life>) -> Platform {
        let client = record::client(&self.record, &self.scene, life);
        let chance: Arc<dyn Chance> = self.chance.clone();
        Platform {
            store: Store::new(&client, TABLE).with_chance(Arc::clone(&chance)),
            adapters: AdapterPort::new(Arc::new(Line {
                adapters: Arc::clone(&self.adapters),
                life: Arc::clone(life),
            })),
            sealer: Arc::new(KeyService {
                life: Arc::clone(life),
                service: self.keys.sealer(),
            }),
            signer: Arc::new(KeyService {
                life: Arc::clone(life),
                service: self.keys.signer(),
            }),
            clock: Arc::new(life.clock()),
            chance,
            follow_ups: Arc::new(QueueEnd {
                queue: Arc::clone(&self.queue),
                life: Arc::clone(life),
            }),
            limits: self.limits,
            link_redirect_uri: LINKED.to_owned(),
        }
    }

    fn router(&self, function: Function, platform: &Platform, life: &Arc<Life>) -> Option<Router> {
        let cursors = Cursors::new(&self.cursors);
        let platform = platform.clone();
        match function {
            Function::CarrierApi => Some(postern_carrier_api::router(
                Carriers {
                    platform,
                    cursors,
                    webhooks: Addresses::Public,
                    bundles: Arc::new(self.keys.bundle_signer()),
                },
                self.house(life, CARRIER_AUDIENCE),
            )),
            Function::CustomerApi => Some(postern_customer_api::router(
                Customers { platform, cursors },
                self.house(life, CUSTOMER_AUDIENCE),
            )),
            Function::Guardian => None,
        }
    }

    fn house(&self, life: &Arc<Life>, audience: &str) -> HouseConfig {
        let clock = life.clock();
        let now: postern_http::Clock = Arc::new(move || clock.shows());
        let verifier = Verifier::new(VerifierConfig {
            issuer: ISSUER.to_owned(),
            audience: Audience::Claim(audience.to_owned()),
            algorithms: vec![Algorithm::Es256],
            keys: KeySource::Fixed(self.jwks.clone()),
            scope_prefix: String::new(),
            now: Arc::clone(&now),
        });
        let chance = Arc::clone(&self.chance);
        HouseConfig {
            verifier: Arc::new(verifier.expect("the key set of a run is a good one")),
            now,
            entropy: Arc::new(move || chance.number()),
        }
    }
}

/// The key service as a process reaches it.
struct KeyService<S> {
    life: Arc<Life>,
    service: S,
}

#[async_trait]
impl<S: Sealer> Sealer for KeyService<S> {
    async fn seal(&self, plaintext: &[u8], context: &SealContext) -> Result<Sealed, KeyError> {
        self.life.before("a sealing").await;
        self.service.seal(plaintext, context).await
    }

    async fn open(&self, sealed: &Sealed, context: &SealContext) -> Result<SecretSlice<u8>, KeyError> {
        self.life.before("an unsealing").await;
        self.service.open(sealed, context).await
    }
}

#[async_trait]
impl<S: Signer> Signer for KeyService<S> {
    async fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        self.life.before("a signing").await;
        self.service.sign(message).await
    }

    async fn public_key(&self) -> Result<PublicKey, KeyError> {
        self.service.public_key().await
    }
}
