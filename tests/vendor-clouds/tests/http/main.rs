//! The cloud over real HTTP, with its clock in the test's hand.

#[cfg(test)]
mod api;
#[cfg(test)]
mod controls;
#[cfg(test)]
mod login;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod support;
#[cfg(test)]
mod troubles;
