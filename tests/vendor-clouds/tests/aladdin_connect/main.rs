//! The face of Aladdin Connect: what its own client cannot show.
#![cfg(test)]

mod api;
mod login;
mod sign_in;
