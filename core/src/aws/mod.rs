//! The platform's life on AWS: its ports over Lambda, SQS and KMS, put together from the environment's settings.
//!
//! Every variable that a function of the platform reads is listed here, or, for the two APIs' tokens, in
//! `postern_http::deployed`. A missing or unusable one ends the start with an error that names it.
//!
//! | variable | what it is | who needs it |
//! |---|---|---|
//! | `POSTERN_DEPLOYMENT` | the deployment's name, a dimension of everything that is measured | every function |
//! | `POSTERN_TABLE` | the record's table | every function |
//! | `POSTERN_CODES_KEY` | the symmetric KMS key that seals one-time codes and the secrets of webhooks: an id, ARN or alias | every function |
//! | `POSTERN_EVIDENCE_KEY` | the KMS key of spec `ECC_NIST_EDWARDS25519` that signs the logs of deliveries | every function but the webhooks' |
//! | `POSTERN_FOLLOW_UPS_QUEUE` | the URL of the standard SQS queue that the guardian reads | every function but the webhooks' |
//! | `POSTERN_PUSHES_QUEUE` | the URL of the standard SQS queue of pushes to webhooks | the webhooks' function |
//! | `POSTERN_LINK_REDIRECT_URI` | where a vendor's login page sends the household's browser | every function but the webhooks' |
//! | `POSTERN_CURSOR_KEY` | the KMS key of spec `HMAC_256` from which the key of the lists' cursors is derived | the APIs |
//! | `POSTERN_BUNDLE_KEY` | the KMS key of spec `ECC_NIST_P256` that signs the evidence of deliveries | the carriers' API |
//! | `POSTERN_LOG` | the level of the log: `error`, `warn`, `info` (unless told), `debug`, `trace` | may be left out |
//!
//! Beside these, the SDK reads its own, which Lambda sets (`AWS_REGION` and the credentials of the function's role).
//!
//! **The cursors' key** is `HMAC_SHA_256(POSTERN_CURSOR_KEY, "postern key v1 <purpose>")`, asked of KMS once at the start. An HMAC
//! key is a pseudorandom function, so its output is a key as good as a random one; every instance gets the same; no secret lies in a
//! template, a variable or a parameter, and nobody has to make one; another key ends every cursor that is out, and its list is begun
//! anew. The function's role needs `kms:GenerateMac` on that key.

mod adapters;
mod deployment;
mod follow_ups;
mod logs;
mod measures;
mod outbox;
mod settings;
mod verdict;

pub use self::{
    adapters::LambdaAdapters,
    deployment::{Deployment, StartError, platform_from_env, warm},
    follow_ups::{DELAY_S_MAX, SqsFollowUps},
    logs::init_json_logs,
    measures::{Measures, NAMESPACE},
    outbox::OutboxSettings,
    settings::{SettingError, Settings},
};
