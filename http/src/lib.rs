//! What both APIs share on the wire: problems, tokens, bodies, cursors.
//!
//! The carriers' and the customers' API are two routers with one set of manners: how a refusal is worded,
//! what a token must prove, how a body is read, how a list is paged. Those manners are here, and [`house()`]
//! puts them around a router, so that the two cannot drift apart. Nothing here knows a delivery, a door or a
//! vendor.

pub mod body;
pub mod cursor;
pub mod deployed;
pub mod etag;
pub mod house;
pub mod idempotency;
pub mod language;
pub mod openapi;
pub mod paging;
pub mod problem;
pub mod quota;
pub mod request_id;
pub mod token;
pub mod wait;

use std::sync::Arc;

pub use body::{Empty, Idempotent, Json, NoBody, NoQuery, PathId, PathIds, Query};
pub use cursor::Cursors;
pub use etag::{ETag, IfMatch};
pub use house::{HouseConfig, house};
pub use idempotency::{Fingerprint, IdempotencyKey};
pub use language::Language;
pub use paging::Paging;
pub use problem::{Catalogue, Entry, Problem, Text, Words};
pub use quota::Quota;
pub use request_id::RequestId;
pub use token::{Authorized, Bearer, Claims, Scope, Verifier, VerifierConfig};
pub use wait::Wait;

/// Where the time comes from. The wall, in a function; anything, in a test.
pub type Clock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// Where chance comes from: each call gives 128 fresh bits. Used for request ids, which need to differ but
/// guard nothing.
pub type Entropy = Arc<dyn Fn() -> u128 + Send + Sync>;
