//! What is asked of the states: each promise of all of them, each place of some.

use postern_core::promises::Promise;
use stateright::Property;

use crate::{model::Delivery, world::World};

/// The seven promises, and the places that this configuration is known to come to.
pub(crate) fn all(model: &Delivery) -> Vec<Property<Delivery>> {
    let held: [fn(&Delivery, &World) -> bool; 7] = [
        holds::<0>, holds::<1>, holds::<2>, holds::<3>, holds::<4>, holds::<5>, holds::<6>,
    ];
    let promises = Promise::ALL
        .into_iter()
        .zip(held)
        .map(|(promise, held)| Property::always(promise.name(), held));
    let places = model
        .places
        .iter()
        .map(|place| Property::sometimes(place.name, place.is_here));
    promises.chain(places).collect()
}

fn holds<const AT: usize>(_: &Delivery, world: &World) -> bool {
    !world.truth.broken.has(Promise::ALL[AT])
}
