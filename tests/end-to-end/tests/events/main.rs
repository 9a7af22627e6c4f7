//! What carriers are told of their deliveries, over the local platform's public addresses.
#![cfg(test)]

mod feed;
mod receiver;
mod webhooks;

use postern_end_to_end::stage;
