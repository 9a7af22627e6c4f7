//! Which doors there are: each once, under a name that stays, and nobody else's.

use std::collections::BTreeSet;

use postern_contract::{
    adapter::{AdapterErrorKind, Call, Outcome},
    conformance::Tier,
    door::{Door, DoorState},
    text::DoorRef,
};

use postern_vendor_clouds::Tells;

use crate::{
    browser::Person,
    rule::{Check, Finding, Found, Rule, must, refused_as, well},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "every-door-is-listed-once",
        tier: Tier::Bronze,
        title: "The list has every garage door of the account, each once.",
        why: "A door that is missing is a household that cannot be delivered to; one that is there twice has two rights to open it.",
        example: "A second door is added; the list has both, and no name twice.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(listed_once(trial))),
    },
    Rule {
        id: "what-is-no-door-is-left-out",
        tier: Tier::Bronze,
        title: "Lamps, gates, hubs and ovens are not in the list.",
        why: "Vendors put them beside doors, some under the same capability. A driver must not switch on an oven.",
        example: "None of the things that the cloud shows beside doors is in the list.",
        exceptions: "A vendor whose accounts hold nothing but doors.",
        check: Check::Linked(|trial| Box::pin(no_decoys(trial))),
    },
    Rule {
        id: "doors-keep-their-names",
        tier: Tier::Bronze,
        title: "A door has the same name in every listing.",
        why: "The name is what a grant is bound to. If it moves to another door, that one opens.",
        example: "Two listings, with a refresh and another door added between them.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(stable(trial))),
    },
    Rule {
        id: "a-shared-door-is-one-door",
        tier: Tier::Gold,
        title: "A door that two accounts see is known to be one.",
        why: "A door belongs to one household at a time. The platform knows by its opener that a second household links the same door.",
        example: "The door is shown to a second account, which links; both lists give it the same `opener`, or the same `door` where it has none.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(shared(trial))),
    },
    Rule {
        id: "anothers-door-does-not-exist",
        tier: Tier::Bronze,
        title: "A door of another account is `door_not_found`, and gets no command.",
        why: "It is a stranger's garage.",
        example: "A neighbour's door is read and ordered under our link.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(anothers(trial))),
    },
    Rule {
        id: "unknown-doors-are-not-found",
        tier: Tier::Bronze,
        title: "A name that is no door's is `door_not_found`, whatever it is made of.",
        why: "Names come from the record, and a name with a path in it must not become another request to the vendor.",
        example: "`nowhere`, `../devices`, a name with `/`, `?`, `%2e`, one of 200 characters.",
        exceptions: "`invalid_request` is as good an answer.",
        check: Check::Linked(|trial| Box::pin(unknown(trial))),
    },
    Rule {
        id: "readings-agree-with-the-list",
        tier: Tier::Silver,
        title: "A door reads as it is listed.",
        why: "Vendors spell a state differently in a list and by itself. Both must mean the same.",
        example: "Every listed door is read: the same state, online alike.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(agree(trial))),
    },
    Rule {
        id: "the-right-door-moves",
        tier: Tier::Bronze,
        title: "An order moves the door that it names and no other.",
        why: "One account has several doors, and one of them is not ours to open.",
        example: "Two doors; the second is opened; the first gets no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(right_door(trial))),
    },
];

/// Adds a door to the household's home.
async fn second_door(trial: &Trial, name: &str) -> Result<postern_vendor_clouds::Serial, Found> {
    let homes = trial.rig().world().await?.homes;
    let home = homes
        .first()
        .ok_or_else(|| Found::NotSeen("the cloud has no home".to_owned()))?;
    trial.rig().add_door(&home.account_id, name).await
}

async fn listed_once(trial: &mut Trial) -> Finding {
    second_door(trial, "Left bay").await?;
    let doors = trial.list().await?;
    let names: BTreeSet<&DoorRef> = doors.iter().map(|door| &door.door).collect();
    must(names.len() == doors.len(), || "a name is there twice".to_owned())?;
    let added = doors
        .iter()
        .filter(|door| door.name.as_str() == "Left bay")
        .count();
    must(added == 1, || {
        format!("a door that was added is listed {added} times")
    })
}

async fn no_decoys(trial: &mut Trial) -> Finding {
    trial
        .rig()
        .needs(
            Tells::OtherThings,
            "this vendor's accounts hold nothing but doors",
        )
        .await?;
    let homes = trial.rig().world().await?.homes;
    let things = homes.iter().flat_map(|home| &home.devices);
    let decoys: Vec<&str> = things
        .filter(|thing| thing.kind != "door")
        .filter_map(|thing| thing.name.as_deref())
        .collect();
    let doors = trial.list().await?;
    let wrong = doors.iter().find(|door| decoys.contains(&door.name.as_str()));
    must(wrong.is_none(), || {
        format!(
            "the list has {:?}, which is no door",
            wrong.map(|door| &door.name)
        )
    })
}

async fn stable(trial: &mut Trial) -> Finding {
    let before = trial.door()?.clone();
    second_door(trial, "Added later").await?;
    let granted = well("link.refresh", trial.refresh().await?)?;
    trial.credentials = Some(granted.credentials);
    let doors = trial.list().await?;
    let after = doors
        .iter()
        .find(|door| door.name.as_str() == "Main door")
        .map(|door| &door.door);
    must(after == Some(&before), || {
        format!("the door was {before} and is {after:?}")
    })
}

fn neighbour(trial: &Trial) -> Person {
    Person {
        email: "neighbour@example.com".to_owned(),
        password: trial.stand.person.password.clone(),
    }
}

async fn shared(trial: &mut Trial) -> Finding {
    let serial = trial.serial()?.clone();
    let ours = trial.list().await?;
    let ours = ours.iter().find(|door| Some(&door.door) == trial.door().ok());
    let before = ours.map(|door| door.opener().clone());
    let neighbour = neighbour(trial);
    let home = trial.rig().add_neighbour(&neighbour).await?;
    trial.rig().share_door(&serial, &home).await?;
    trial.link_as(&neighbour).await?;
    let doors = trial.list().await?;
    must(
        doors.iter().any(|door| Some(door.opener()) == before.as_ref()),
        || {
            let openers: Vec<&DoorRef> = doors.iter().map(Door::opener).collect();
            format!("one account knows it as {before:?}, the other lists {openers:?}")
        },
    )
}

async fn anothers(trial: &mut Trial) -> Finding {
    let neighbour = neighbour(trial);
    let home = trial.rig().add_neighbour(&neighbour).await?;
    let serial = trial.rig().add_door(&home, "Neighbour's door").await?;
    let ours = trial.credentials.clone();
    trial.link_as(&neighbour).await?;
    let theirs = trial.list().await?;
    let theirs = theirs
        .into_iter()
        .find(|door| door.name.as_str() == "Neighbour's door");
    let theirs = theirs
        .ok_or_else(|| Found::Broken("the neighbour's own list leaves out the door".to_owned()))?
        .door;
    trial.credentials = ours;
    let kinds = [AdapterErrorKind::DoorNotFound];
    let read = trial.try_read(&theirs).await?;
    refused_as("door.read of another's door", read, &kinds, Outcome::NotExecuted)?;
    let input = trial.open_input(&theirs, &[DoorState::Closed])?;
    let opened = trial.order(Call::DoorOpen(input)).await?;
    refused_as(
        "door.open of another's door",
        opened,
        &kinds,
        Outcome::NotExecuted,
    )?;
    let commands = trial.rig().commands(&serial).await?;
    must(commands == 0, || {
        format!("another's door got {commands} commands")
    })
}

async fn unknown(trial: &mut Trial) -> Finding {
    let long = "x".repeat(200);
    let hostile = [
        "nowhere",
        "../devices",
        "a/b/doors/1",
        "%2e%2e%2f",
        "a?b=c#d",
        "-1",
        "0",
        "{}",
        &long,
    ];
    for name in hostile {
        let door: DoorRef = name
            .parse()
            .map_err(|_| Found::NotSeen(format!("{name} is no name")))?;
        let kinds = [AdapterErrorKind::DoorNotFound, AdapterErrorKind::InvalidRequest];
        let read = trial.try_read(&door).await?;
        refused_as(
            &format!("door.read of {name:?}"),
            read,
            &kinds,
            Outcome::NotExecuted,
        )?;
        let input = trial.open_input(&door, &[DoorState::Closed])?;
        let opened = trial.order(Call::DoorOpen(input)).await?;
        refused_as(
            &format!("door.open of {name:?}"),
            opened,
            &kinds,
            Outcome::NotExecuted,
        )?;
    }
    trial.no_command().await
}

async fn agree(trial: &mut Trial) -> Finding {
    for door in trial.list().await? {
        let read = well("door.read", trial.try_read(&door.door).await?)?;
        let listed = (door.reading.state, door.reading.online);
        must(listed == (read.state, read.online), || {
            format!(
                "{} is listed as {listed:?} and reads as {:?}",
                door.door,
                (read.state, read.online)
            )
        })?;
    }
    Ok(())
}

async fn right_door(trial: &mut Trial) -> Finding {
    let serial = second_door(trial, "Right bay").await?;
    let doors = trial.list().await?;
    let second = doors.into_iter().find(|door| door.name.as_str() == "Right bay");
    let second = second
        .ok_or_else(|| Found::Broken("a door that was added is not listed".to_owned()))?
        .door;
    let input = trial.open_input(&second, &[DoorState::Closed])?;
    well("door.open", trial.order(Call::DoorOpen(input)).await?)?;
    let commands = trial.rig().commands(&serial).await?;
    must(commands == 1, || format!("the door got {commands} commands"))?;
    trial.no_command().await
}
