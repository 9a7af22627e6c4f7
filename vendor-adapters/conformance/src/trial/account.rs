//! The account of a trial: linked by the vendor's page or its form, and its doors.

use postern_contract::{
    adapter::{
        AdapterError, Answer, Call, DoorInput, LinkBeginInput, LinkBegun, LinkCompleteInput, LinkGranted,
        LinkInput, SignIn, SignedIn,
    },
    door::{Door, DoorReading},
    text::{DoorRef, SecretText},
};
use postern_vendor_clouds::Serial;

use super::{MAIN_DOOR, REDIRECT, Trial, strange};
use crate::{
    browser::{self, BroughtBack, Person},
    form,
    rule::{Finding, Found, well},
};

impl Trial {
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
}
