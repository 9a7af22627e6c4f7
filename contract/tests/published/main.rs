//! What this crate publishes (schemas, messages, refused messages) against the types and their readers.
// Each module says that it is a test, for clippy to see that its helpers may unwrap.

#[cfg(test)]
mod common;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod schemas;
