//! What an opener vendor builds an adapter on.
//!
//! An adapter is one type that implements [`Adapter`]: it says how this vendor links, lists, reads, opens and closes.
//! Everything that is the same for every vendor is here, so that no adapter has to get it right again:
//!
//! - [`AdapterService`] takes one JSON request and gives one JSON reply, whatever carries them. It checks the contract's
//!   version and the deadline, opens the sealed credentials before the adapter sees the call, and seals what comes back.
//! - [`DeadlineClient`] speaks HTTP with a vendor. A read may be repeated; a door command is sent at most once, never at
//!   or after its deadline, and what is not known to have failed is reported as unknown. A vendor that asks for it or is down is left
//!   alone, but for what an order needs.
//! - [`OAuth`] links an account by authorization code with PKCE, and refreshes rotating tokens; with [`OAuthAdapter`] an adapter says
//!   only what is not the same for every vendor that links so.
//! - [`weigh_order`] is the read-before-write rule: what to do with an order, given what was seen of the door. [`carry_out`] takes an
//!   order through all its steps.
//! - [`SettingReader`] reads settings, and [`fitted_label`] makes an owner's name for a door fit.
//! - [`sealed_setting`] opens a secret setting, such as our client secret at the vendor.
//! - [`serve`] is the whole `main` of an adapter on AWS Lambda.
//!
//! What never happens here: a token, code or verifier in a log, an error or an answer.

mod adapter;
mod clock;
mod config;
mod deadline;
mod dispatch;
mod envelope;
mod http;
mod label;
mod lambda;
mod logging;
mod oauth;
mod order;
mod ordering;
mod sealable;
mod setting;
mod tokens;

pub use adapter::{Adapter, Begun, CallContext, Granted};
pub use clock::{Clock, SystemClock};
pub use config::{ConfigError, SetUpError, SettingReader, join, vendor_url};
pub use deadline::{Deadline, DeadlinePassed};
pub use dispatch::{AdapterService, Dispatch};
pub use http::{
    ClientError, ClientOptions, DeadlineClient, Jitter, RESPONSE_BYTES_MAX, Reply, RestraintPolicy,
    RetryPolicy, SendError, SendFailure, ServiceAnswer, VendorRequest, VendorService, describe_url,
    parse_retry_after,
};
pub use label::fitted_label;
pub use lambda::serve;
pub use logging::{RedactingWriter, init_json_logs, redact};
pub use oauth::{ClientAuth, Further, OAuth, OAuthAdapter, OAuthConfig, PkceSession};
pub use order::{Step, Target, weigh_order};
pub use ordering::{Order, TakesOrders, carry_out};
pub use sealable::{NotSealable, Sealable, json_plaintext};
pub use setting::{SettingError, sealed_setting};
pub use tokens::{FRESHNESS_MARGIN, TokenSet};

pub use postern_contract as contract;
