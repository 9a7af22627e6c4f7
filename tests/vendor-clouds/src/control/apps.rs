//! The controls of the apps that a household let into its home. SmartThings only.

use super::Control;
use crate::apps::{Delivery, PushTrouble};
use crate::error::CloudError;
use crate::names::Email;
use crate::smartthings;

/// How many troubles can be on order.
const TROUBLES_MAX: usize = 1_000;

impl Control {
    /// Registers the address that is pushed to, gives the app's id, and asks the address to confirm. Nothing else is pushed before it has.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn register_app(&self, target_url: &str) -> Result<String, CloudError> {
        let base = self.shared.base_url().to_owned();
        self.shared
            .change(|world, now| Ok(smartthings::register(world, target_url, &base, now)))
    }

    /// Asks the registered address whether it is there, and gives the challenge that it should give back.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn ping_app(&self) -> Result<String, CloudError> {
        self.shared.change(|world, now| Ok(smartthings::ping(world, now)))
    }

    /// The owner takes the app out of every home of theirs.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn uninstall_app(&self, owner: &Email) -> Result<(), CloudError> {
        self.shared.change(|world, now| {
            world.user(owner)?;
            smartthings::uninstall(world, owner, now);
            Ok(())
        })
    }

    /// Lets the next `times` messages of events go wrong.
    ///
    /// # Errors
    /// When so many are on order already; see [`Control`].
    pub fn trouble_pushes(&self, trouble: PushTrouble, times: usize) -> Result<(), CloudError> {
        self.shared.change(|world, _| {
            if world.apps.troubles.len().saturating_add(times) > TROUBLES_MAX {
                return Err(CloudError::Invalid(format!("at most {TROUBLES_MAX} of them")));
            }
            world.apps.troubles.extend(std::iter::repeat_n(trouble, times));
            Ok(())
        })
    }

    /// What was pushed, oldest first, and what came back.
    ///
    /// # Errors
    /// See [`Control`].
    pub fn pushes(&self) -> Result<Vec<Delivery>, CloudError> {
        self.shared
            .look(|world, _| world.apps.deliveries().cloned().collect())
    }
}
