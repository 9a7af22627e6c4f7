//! One trial: a cloud begun anew, an adapter, and perhaps an account linked through it. What a rule can do and ask for is here.

use std::{
    fmt::Debug,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{
        AdapterError, AdapterErrorKind, AdapterReply, AdapterRequest, AdapterResult, Answer, Call,
        CommandAccepted, ContractVersion, Description, DoorCloseInput, DoorInput, DoorOpenInput,
        LinkBeginInput, LinkBegun, LinkCompleteInput, LinkGranted, LinkInput, Outcome, SignIn, SignedIn,
    },
    door::{Door, DoorReading, DoorState},
    ids::{CommandId, LinkId},
    text::{DoorRef, SealedBlob, SecretText},
    unattended::UnattendedClosePermit,
};
use postern_vendor_clouds::Serial;
use serde_json::{Value, json};

use crate::{
    browser::{self, BroughtBack, Person},
    form,
    heard::{Ears, quoted},
    reach::Reach,
    rig::Rig,
    rule::{Finding, Found, must},
};

/// Where vendors' pages lead back to.
pub(crate) const REDIRECT: &str = "https://postern.example/links/callback";
/// The name of the door that every simulated home has.
const MAIN_DOOR: &str = "Main door";
/// How long a call may take.
const CALL_WITHIN: SignedDuration = SignedDuration::from_secs(15);
/// How long a door of a simulated cloud may take to get where it was sent, and the cloud to show it.
const DOOR_WITHIN: Duration = Duration::from_secs(15);
/// Between two looks at a door that moves.
const LOOK_EVERY: Duration = Duration::from_millis(60);

/// What every trial has to do with.
pub(crate) struct Stand {
    pub(crate) reach: Arc<dyn Reach>,
    pub(crate) rig: Rig,
    pub(crate) person: Person,
    pub(crate) description: Description,
    pub(crate) number: AtomicU64,
}

/// A trial.
pub(crate) struct Trial {
    pub(crate) stand: Arc<Stand>,
    pub(crate) link: LinkId,
    pub(crate) credentials: Option<SealedBlob>,
    main: Option<(DoorRef, Serial)>,
    ears: Mutex<Ears>,
}

impl Trial {
    pub(crate) fn new(stand: Arc<Stand>) -> Self {
        let number = stand.number.fetch_add(1, Ordering::Relaxed);
        let secrets = vec![("the household's password", stand.person.password.clone())];
        Self {
            stand,
            link: LinkId::from_parts(SystemClock.now().as_millisecond().unsigned_abs(), number.into()),
            credentials: None,
            main: None,
            ears: Mutex::new(Ears {
                secrets,
                ..Ears::default()
            }),
        }
    }

    pub(crate) fn ears(&self) -> MutexGuard<'_, Ears> {
        self.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rig(&self) -> &Rig {
        &self.stand.rig
    }

    fn number(&self) -> u64 {
        self.stand.number.fetch_add(1, Ordering::Relaxed)
    }

    /// Not to be repeated by the adapter from now on.
    pub(crate) fn keep_secret(&self, what: &'static str, secret: &str) {
        self.ears().secrets.push((what, secret.to_owned()));
    }

    /// Sends whatever this is, and brings the reply as it came.
    pub(crate) async fn send(&self, message: Value) -> Result<AdapterReply, Found> {
        let operation = message["call"]["operation"]
            .as_str()
            .unwrap_or("a message")
            .to_owned();
        let asked = self.stand.reach.ask(message.to_string().into_bytes()).await;
        let reply = asked.map_err(|why| Found::Broken(format!("{operation}: {why}")))?;
        let mut ears = self.ears();
        ears.replies.push_str(&String::from_utf8_lossy(&reply));
        ears.replies.push('\n');
        serde_json::from_slice(&reply).map_err(|error| {
            let why = format!(
                "{operation}: the reply {} does not follow the contract: {error}",
                quoted(&reply)
            );
            ears.misshapen.insert(why.clone());
            Found::Broken(why)
        })
    }

    /// One call with this deadline.
    pub(crate) async fn call_by(
        &self,
        call: Call,
        deadline: Timestamp,
    ) -> Result<Result<Answer, AdapterError>, Found> {
        let operation = call.operation();
        let request_id = format!("kit-{}", self.number());
        let request = AdapterRequest {
            contract: ContractVersion::CURRENT,
            request_id: request_id.clone(),
            deadline,
            call,
        };
        let message = serde_json::to_value(&request).map_err(|error| Found::NotSeen(error.to_string()))?;
        let reply = self.send(message).await?;
        let mut wrong = None;
        if reply.request_id != request_id {
            wrong = Some(format!(
                "{operation}: the reply names the call {:?} for {request_id:?}",
                reply.request_id
            ));
        }
        let result = match reply.result {
            AdapterResult::Ok(answer) => {
                let answered = answered(&answer);
                if answered != operation {
                    wrong = Some(format!("{operation}: the reply answers {answered}"));
                }
                Ok(answer)
            }
            AdapterResult::Error(error) => Err(error),
        };
        match wrong {
            None => Ok(result),
            Some(why) => {
                self.ears().misshapen.insert(why.clone());
                Err(Found::Broken(why))
            }
        }
    }

    pub(crate) async fn call(&self, call: Call) -> Result<Result<Answer, AdapterError>, Found> {
        self.call_by(call, SystemClock.now() + CALL_WITHIN).await
    }

    /// Begins to link.
    pub(crate) async fn begin(&self) -> Result<(LinkBegun, String), Found> {
        let state = format!("state-{}-{}", self.link, self.number());
        self.keep_secret("the state of a link", &state);
        let input = LinkBeginInput {
            link: self.link,
            state: SecretText::new(state.as_str()),
            redirect_uri: REDIRECT.to_owned(),
        };
        match well("link.begin", self.call(Call::LinkBegin(input)).await?)? {
            Answer::LinkBegin(begun) => Ok((begun, state)),
            other => Err(strange("link.begin", &other)),
        }
    }

    /// Logs in at the vendor as its page asks, or fills in its form.
    pub(crate) async fn log_in(&self, begun: &LinkBegun, person: &Person) -> Result<BroughtBack, Found> {
        let brought = match &begun.sign_in {
            SignIn::AuthorizeUrl(page) => browser::log_in(page.expose(), REDIRECT, person)
                .await
                .map_err(Found::Broken)?,
            SignIn::Form(asked) => BroughtBack {
                signed_in: SignedIn::Answers(form::fill_in(&asked.fields, person)?),
                state: None,
            },
        };
        if let SignedIn::Code(code) = &brought.signed_in {
            self.keep_secret("an authorization code", code.expose());
        }
        Ok(brought)
    }

    /// Finishes linking.
    pub(crate) async fn complete(
        &self,
        begun: &LinkBegun,
        signed_in: &SignedIn,
    ) -> Result<Result<LinkGranted, AdapterError>, Found> {
        let input = LinkCompleteInput {
            link: self.link,
            session: begun.session.clone(),
            redirect_uri: REDIRECT.to_owned(),
            signed_in: signed_in.clone(),
        };
        match self.call(Call::LinkComplete(input)).await? {
            Ok(Answer::LinkComplete(granted)) => Ok(Ok(granted)),
            Ok(other) => Err(strange("link.complete", &other)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Links the person's account.
    pub(crate) async fn link_as(&mut self, person: &Person) -> Result<LinkGranted, Found> {
        let (begun, _) = self.begin().await?;
        let brought = self.log_in(&begun, person).await?;
        let granted = well("link.complete", self.complete(&begun, &brought.signed_in).await?)?;
        self.credentials = Some(granted.credentials.clone());
        Ok(granted)
    }

    /// Links the household's account, and finds its door.
    pub(crate) async fn settle(&mut self) -> Finding {
        let person = self.stand.person.clone();
        self.link_as(&person).await?;
        let serial = self.serial_named(MAIN_DOOR).await?;
        let listed = self.list().await?;
        let door = listed.into_iter().find(|door| door.name.as_str() == MAIN_DOOR);
        let door =
            door.ok_or_else(|| Found::Broken(format!("doors.list leaves out the door \"{MAIN_DOOR}\"")))?;
        self.main = Some((door.door, serial));
        Ok(())
    }

    pub(crate) async fn serial_named(&self, name: &str) -> Result<Serial, Found> {
        let doors = self.rig().world().await?.doors;
        let door = doors
            .into_iter()
            .find(|door| door.name == name)
            .map(|door| door.serial);
        door.ok_or_else(|| Found::NotSeen(format!("the cloud has no door \"{name}\"")))
    }

    /// The door of the trial, as the adapter names it.
    pub(crate) fn door(&self) -> Result<&DoorRef, Found> {
        let main = self.main.as_ref().map(|(door, _)| door);
        main.ok_or_else(|| Found::NotSeen("no account is linked".to_owned()))
    }

    /// The same door, as the vendor names it.
    pub(crate) fn serial(&self) -> Result<&Serial, Found> {
        let main = self.main.as_ref().map(|(_, serial)| serial);
        main.ok_or_else(|| Found::NotSeen("no account is linked".to_owned()))
    }

    pub(crate) fn link_input(&self) -> Result<LinkInput, Found> {
        let credentials = self.credentials.clone();
        Ok(LinkInput {
            link: self.link,
            credentials: credentials.ok_or_else(|| Found::NotSeen("no account is linked".to_owned()))?,
        })
    }

    pub(crate) async fn refresh(&self) -> Result<Result<LinkGranted, AdapterError>, Found> {
        match self.call(Call::LinkRefresh(self.link_input()?)).await? {
            Ok(Answer::LinkRefresh(granted)) => Ok(Ok(granted)),
            Ok(other) => Err(strange("link.refresh", &other)),
            Err(error) => Ok(Err(error)),
        }
    }

    pub(crate) async fn try_list(&self) -> Result<Result<Vec<Door>, AdapterError>, Found> {
        match self.call(Call::DoorsList(self.link_input()?)).await? {
            Ok(Answer::DoorsList(listed)) => Ok(Ok(listed.doors)),
            Ok(other) => Err(strange("doors.list", &other)),
            Err(error) => Ok(Err(error)),
        }
    }

    pub(crate) async fn list(&self) -> Result<Vec<Door>, Found> {
        well("doors.list", self.try_list().await?)
    }

    pub(crate) async fn try_read(&self, door: &DoorRef) -> Result<Result<DoorReading, AdapterError>, Found> {
        let input = DoorInput {
            link: self.link_input()?,
            door: door.clone(),
        };
        match self.call(Call::DoorRead(input)).await? {
            Ok(Answer::DoorRead(read)) => Ok(Ok(read.reading)),
            Ok(other) => Err(strange("door.read", &other)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Reads the door of the trial.
    pub(crate) async fn read(&self) -> Result<DoorReading, Found> {
        well("door.read", self.try_read(self.door()?).await?)
    }

    fn command(&self) -> CommandId {
        CommandId::from_parts(
            SystemClock.now().as_millisecond().unsigned_abs(),
            self.number().into(),
        )
    }

    /// An order to open a door that stands as expected.
    pub(crate) fn open_input(&self, door: &DoorRef, expected: &[DoorState]) -> Result<DoorOpenInput, Found> {
        let code = format!("one-time-{}-{}", self.link, self.number());
        self.keep_secret("a one-time code", &code);
        Ok(DoorOpenInput {
            link: self.link_input()?,
            door: door.clone(),
            command: self.command(),
            expected: expected.to_vec(),
            code: SecretText::new(code),
        })
    }

    /// An order to close a door that stands as expected.
    pub(crate) fn close_input(
        &self,
        door: &DoorRef,
        expected: &[DoorState],
    ) -> Result<DoorCloseInput, Found> {
        let permit = json!({ "try_number": 1, "warning_seconds": 5 });
        let permit: Result<UnattendedClosePermit, _> = serde_json::from_value(permit);
        Ok(DoorCloseInput {
            link: self.link_input()?,
            door: door.clone(),
            command: self.command(),
            expected: expected.to_vec(),
            permit: permit.map_err(|error| Found::NotSeen(error.to_string()))?,
        })
    }

    pub(crate) async fn order(&self, call: Call) -> Result<Result<CommandAccepted, AdapterError>, Found> {
        let operation = call.operation();
        accepted(operation, self.call(call).await?)
    }

    /// Opens the door of the trial from closed.
    pub(crate) async fn try_open(&self) -> Result<Result<CommandAccepted, AdapterError>, Found> {
        let input = self.open_input(self.door()?, &[DoorState::Closed])?;
        self.order(Call::DoorOpen(input)).await
    }

    /// Closes the door of the trial from open.
    pub(crate) async fn try_close(&self) -> Result<Result<CommandAccepted, AdapterError>, Found> {
        let input = self.close_input(self.door()?, &[DoorState::Open])?;
        self.order(Call::DoorClose(input)).await
    }

    /// Looks at the door of the trial until a reading fits, and gives it.
    pub(crate) async fn until(
        &self,
        what: &str,
        fits: impl Fn(&DoorReading) -> bool,
    ) -> Result<DoorReading, Found> {
        let begun = SystemClock.now();
        loop {
            let reading = self.read().await?;
            if fits(&reading) {
                return Ok(reading);
            }
            let waited = SystemClock.now().duration_since(begun);
            if waited.unsigned_abs() > DOOR_WITHIN {
                return Err(Found::Broken(format!(
                    "{what} was not seen in {} s; the last reading was {reading:?}",
                    DOOR_WITHIN.as_secs()
                )));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the door really stands where it was sent, whatever is shown.
    pub(crate) async fn until_really(&self, open: bool) -> Finding {
        let begun = SystemClock.now();
        while (self.rig().door(self.serial()?).await?.position_millionths == 0) == open {
            let waited = SystemClock.now().duration_since(begun);
            must(waited.unsigned_abs() <= DOOR_WITHIN, || {
                let where_to = if open { "open" } else { "close" };
                format!("the door did not {where_to} within {} s", DOOR_WITHIN.as_secs())
            })?;
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Opens the door of the trial, and waits until it is seen to be open.
    pub(crate) async fn opened(&self) -> Finding {
        well("door.open", self.try_open().await?)?;
        self.until("the door, open", |reading| reading.state == DoorState::Open)
            .await
            .map(drop)
    }

    /// How many commands for the door of the trial reached the vendor.
    pub(crate) async fn commands(&self) -> Result<usize, Found> {
        self.rig().commands(self.serial()?).await
    }

    /// No command for the door of the trial reached the vendor.
    pub(crate) async fn no_command(&self) -> Finding {
        self.commands_are(0).await
    }

    pub(crate) async fn commands_are(&self, expected: usize) -> Finding {
        let commands = self.commands().await?;
        must(commands == expected, || {
            format!("{commands} commands reached the vendor, and {expected} should")
        })
    }
}

/// The operation that an answer is for.
fn answered(answer: &Answer) -> String {
    let written = serde_json::to_value(answer).unwrap_or_default();
    written["operation"].as_str().unwrap_or_default().to_owned()
}

fn strange(operation: &str, answer: &Answer) -> Found {
    Found::Broken(format!("{operation}: the reply answers {}", answered(answer)))
}

fn accepted(
    operation: &str,
    result: Result<Answer, AdapterError>,
) -> Result<Result<CommandAccepted, AdapterError>, Found> {
    match result {
        Ok(Answer::DoorOpen(accepted) | Answer::DoorClose(accepted)) => Ok(Ok(accepted)),
        Ok(other) => Err(strange(operation, &other)),
        Err(error) => Ok(Err(error)),
    }
}

/// What went well, where it had to.
pub(crate) fn well<T>(operation: &str, result: Result<T, AdapterError>) -> Result<T, Found> {
    result.map_err(|error| Found::Broken(format!("{operation} failed: {error}")))
}

/// The refusal, where there had to be one.
pub(crate) fn refused<T: Debug>(
    operation: &str,
    result: Result<T, AdapterError>,
) -> Result<AdapterError, Found> {
    match result {
        Ok(_) => Err(Found::Broken(format!("{operation} was not refused"))),
        Err(error) => Ok(error),
    }
}

/// The refusal, where it had to be one of these kinds, with this outcome.
pub(crate) fn refused_as<T: Debug>(
    operation: &str,
    result: Result<T, AdapterError>,
    kinds: &[AdapterErrorKind],
    outcome: Outcome,
) -> Result<AdapterError, Found> {
    let error = refused(operation, result)?;
    must(kinds.contains(&error.kind) && error.outcome == outcome, || {
        format!("{operation} was refused as {error}, and should be as one of {kinds:?}, {outcome:?}")
    })?;
    Ok(error)
}
