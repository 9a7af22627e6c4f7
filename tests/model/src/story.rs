//! A path as a story: one line a step, in the words of the field.

use std::fmt::Write as _;

use stateright::{Model, Path};

use crate::{action::Action, model::Delivery, world::World};

/// Tells a path.
#[must_use]
pub fn tell(model: &Delivery, path: Path<World, Action>) -> String {
    let mut story = String::new();
    let steps = path.into_vec();
    for (at, (before, action)) in steps.iter().enumerate() {
        let (Some(action), Some((after, _))) = (action, steps.get(at + 1)) else {
            continue;
        };
        let _ = writeln!(
            story,
            "{:>3}. tick {:<2} {}{}",
            at + 1,
            before.now,
            model.format_action(action),
            consequences(model, before, after)
        );
    }
    let last = steps.last().map(|(world, _)| world);
    for line in last
        .and_then(|world| model.run_out_story(world))
        .into_iter()
        .flatten()
    {
        let _ = writeln!(story, "     {line}");
    }
    story
}

fn consequences(model: &Delivery, before: &World, after: &World) -> String {
    let mut told = String::new();
    if before.grant != after.grant {
        let grant = model.rules.grant(after.grant);
        let _ = write!(told, " -> {:?}", grant.state);
        if let Some(attention) = grant.attention {
            let _ = write!(told, ", {attention:?}");
        }
        if grant.revocation.is_some() {
            told.push_str(", taken back");
        }
    }
    if before.door.stands != after.door.stands {
        let _ = write!(told, " [the door: {:?}]", after.door.stands);
    }
    told
}
