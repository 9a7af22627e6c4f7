//! The adapter for openers of Nice, Linear and Nortek: the cloud behind the app of Nice G.O.
//!
//! It is no partner API, and nobody has promised that it stays as it is. The wire shapes are those of nice-go 1.0.3, which runs against
//! the same simulated cloud. What makes this vendor special, and where it is dealt with:
//!
//! - One document that anybody may read says where everything else is, and names the user pool ([`places`]). It is read when a link is
//!   made and at each refresh; what it said is kept with the link's tokens ([`link`]).
//! - There is no page to send a household to. It fills in a form; its password is proven to Amazon Cognito by SRP, without being sent
//!   ([`pool`], [`srp`]), and is kept nowhere. A refresh token is all that is left, and when that ends, after some 30 days it seems, the
//!   household has to link again.
//! - The API is GraphQL: an error can come inside a success, and a token that has run out is told so ([`api`]).
//! - A door reports JSON as text inside the JSON, and how it stands by numbers in their places ([`wire`], [`reading`]).
//! - Orders are set-points, answered with `true` before anything moves. Any other answer leaves the outcome unknown: nothing that is
//!   known says that an order which was refused has not reached the opener ([`api`]).
//! - Obstructions are pushed over a socket, which a function cannot hold open: nothing is said of them.
//! - Nothing says whether an opener warns before it closes: it is not closed with nobody there, unless the operator has it from the
//!   vendor ([`config`], [`reading`]).

pub mod adapter;
pub mod api;
pub mod config;
pub mod link;
pub mod places;
pub mod pool;
pub mod reading;
pub mod srp;
pub mod wire;

pub use adapter::NiceGoAdapter;
pub use config::NiceGoConfig;
