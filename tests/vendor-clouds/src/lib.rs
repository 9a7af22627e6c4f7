//! Simulators of the opener vendors' clouds.
