//! The face of Nice G.O.: what its client cannot show.
#![cfg(test)]

mod api;
mod login;
mod secrecy;
mod sign_in;
