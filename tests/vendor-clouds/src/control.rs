//! Making the cloud's world do what a test, or a person trying things out, wants.
//!
//! [`Control`] is the handle inside the program; `http` is the same under `/_control`. Both take the same words.

mod apps;
mod apps_http;
mod doors;
mod help;
mod http;
mod words;

use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;

pub(crate) use http::router;
pub use words::{DoorPatch, DoorView, HomeView, LockOutOrder, UserView, WorldView};

use crate::config::{DecoyPlan, DoorPlan, Membership, Settings};
use crate::error::CloudError;
use crate::faults::{Fault, FaultRule, Target};
use crate::names::{AccountId, Email, Serial};
use crate::seed::Seed;
use crate::shared::Shared;

/// The controls of a running cloud. Clones control the same one.
///
/// Every method fails with [`CloudError::NoSuch`] when it names something that is not there, and with
/// [`CloudError::Snapshot`] when the change cannot be kept.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Shared,
}

impl Control {
    pub(crate) const fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Everything that there is, as it really is.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn world(&self) -> Result<WorldView, CloudError> {
        self.shared.look(WorldView::of)
    }

    /// Begins anew, from what the cloud was started with; with another seed if one is given.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn reset(&self, seed: Option<Seed>) -> Result<(), CloudError> {
        self.reset_with_clock(seed, SignedDuration::ZERO)
    }

    /// The same, with a clock that is wrong by so much from then on.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn reset_with_clock(&self, seed: Option<Seed>, ahead: SignedDuration) -> Result<(), CloudError> {
        self.shared.reset(seed, ahead)
    }

    /// How many tokens that are good now stand in a text. What was handed out is kept only as its hash, so this is how a leak is found.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn tokens_in(&self, text: &str) -> Result<usize, CloudError> {
        self.shared.look(|world, _| world.identity.tokens_in(text))
    }

    /// The settings in force.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn settings(&self) -> Result<Settings, CloudError> {
        self.shared.look(|world, _| world.settings.clone())
    }

    /// Changes how the cloud behaves.
    ///
    /// # Errors
    /// When a value makes no sense; see [`Control`].
    pub fn set_settings(&self, settings: Settings) -> Result<(), CloudError> {
        settings.check().map_err(CloudError::Invalid)?;
        self.shared.change(|world, _| {
            world.settings = settings;
            Ok(())
        })
    }

    /// Lets the login send its users to this `http(s)` address.
    ///
    /// # Errors
    /// When it is no address; see [`Control`].
    pub fn accept_redirect(&self, uri: &str) -> Result<(), CloudError> {
        self.shared.change(|world, _| world.accept_redirect(uri))
    }

    /// Adds a user.
    ///
    /// # Errors
    /// When there is one of this name; see [`Control`].
    pub fn add_user(&self, email: &Email, password: &SecretString) -> Result<(), CloudError> {
        self.shared
            .change(|world, _| world.add_user(email.clone(), password))
    }

    /// Adds a home of a user.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn add_home(&self, owner: &Email, name: &str) -> Result<AccountId, CloudError> {
        self.shared.change(|world, _| world.add_home(owner, name))
    }

    /// Lets a user into somebody's home.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn add_member(&self, membership: &Membership) -> Result<(), CloudError> {
        self.shared.change(|world, _| world.add_member(membership))
    }

    /// Takes a user out of a home.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn remove_member(&self, account_id: &AccountId, email: &Email) -> Result<(), CloudError> {
        self.shared
            .change(|world, _| world.remove_member(account_id, email))
    }

    /// Adds a door to a home.
    ///
    /// # Errors
    /// When its serial number is taken; see [`Control`].
    pub fn add_door(&self, account_id: &AccountId, plan: &DoorPlan) -> Result<Serial, CloudError> {
        self.shared
            .change(|world, now| world.add_door(account_id, plan, now))
    }

    /// Adds something that is no garage door, and gives its serial number if it has one.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn add_decoy(&self, account_id: &AccountId, plan: &DecoyPlan) -> Result<Option<Serial>, CloudError> {
        self.shared
            .change(|world, now| world.add_decoy(account_id, plan, now))
    }

    /// Shows a door in a second home too.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn share_door(&self, serial: &Serial, account_id: &AccountId) -> Result<(), CloudError> {
        self.shared
            .change(|world, _| world.share_door(serial, account_id))
    }

    /// Takes a door out of a home's list.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn unlist_door(&self, serial: &Serial, account_id: &AccountId) -> Result<(), CloudError> {
        self.shared
            .change(|world, _| world.unlist_door(serial, account_id))
    }

    /// Adds a rule by which requests go wrong, and gives its id.
    ///
    /// # Errors
    /// When its parts do not fit together; see [`Control`].
    pub fn add_fault(&self, rule: FaultRule) -> Result<u64, CloudError> {
        self.shared
            .change(|world, _| world.faults.add(rule).map_err(CloudError::Invalid))
    }

    /// Lets the next `times` requests of this kind go wrong, whosever they are.
    ///
    /// # Errors
    /// When the fault's parts do not fit together; see [`Control`].
    pub fn fail_next(&self, on: Target, fault: Fault, times: u32) -> Result<u64, CloudError> {
        self.add_fault(FaultRule {
            on,
            fault,
            times: Some(times),
            account_id: None,
            email: None,
        })
    }

    /// The rules in force, with their ids and the times that are left.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn faults(&self) -> Result<Vec<(u64, FaultRule)>, CloudError> {
        self.shared.look(|world, _| world.faults.list().to_vec())
    }

    /// Takes one rule away.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn remove_fault(&self, id: u64) -> Result<(), CloudError> {
        self.shared.change(|world, _| {
            if world.faults.remove(id) {
                Ok(())
            } else {
                Err(CloudError::NoSuch(format!("fault {id}")))
            }
        })
    }

    /// Takes all rules away.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn clear_faults(&self) -> Result<(), CloudError> {
        self.shared.change(|world, _| {
            world.faults.clear();
            Ok(())
        })
    }

    /// Makes access tokens worthless before their time, of one user or of all.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn expire_access_tokens(&self, email: Option<&Email>) -> Result<(), CloudError> {
        self.shared.change(|world, _| {
            world.identity.expire_access(email);
            Ok(())
        })
    }

    /// Makes refresh tokens worthless, of one user or of all.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn revoke_refresh_tokens(&self, email: Option<&Email>) -> Result<(), CloudError> {
        self.shared.change(|world, _| {
            world.identity.revoke_refresh(email);
            Ok(())
        })
    }

    /// Answers 429 to everything of a user for so long.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn lock_out(&self, order: &LockOutOrder) -> Result<(), CloudError> {
        self.shared.change(|world, now| {
            world.user(&order.email)?;
            let until = now + Duration::from_secs(u64::from(order.seconds));
            world.identity.lock_out(&order.email, until, order.retry_after);
            Ok(())
        })
    }
}
