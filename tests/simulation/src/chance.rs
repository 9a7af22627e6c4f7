//! Chance for the platform: from the seed, and what comes of it is known to be secret.

use std::sync::Arc;

use postern_core::ports::Chance;

use crate::{dice::Dice, scene::Scene};

/// The randomness that every process of a run is handed.
pub(crate) struct SeededChance {
    dice: Dice,
    scene: Arc<Scene>,
}

impl SeededChance {
    /// The chance of a run.
    pub(crate) fn new(scene: &Arc<Scene>) -> Self {
        Self {
            dice: Dice::new(scene.seed, "chance"),
            scene: Arc::clone(scene),
        }
    }
}

impl Chance for SeededChance {
    /// One-time codes are made of these, in hex.
    fn bytes(&self) -> [u8; 32] {
        let bytes = self.dice.bytes();
        self.scene.secrets.add("a one-time code", &hex::encode(bytes));
        bytes
    }

    /// Ids and pauses are made of these, and are no secrets.
    fn number(&self) -> u128 {
        (u128::from(self.dice.number()) << 64) | u128::from(self.dice.number())
    }
}
