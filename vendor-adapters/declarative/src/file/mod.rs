//! A vendor in a file, judged before anything is done with it.
//!
//! Reading collects everything that is wrong, each with its place, so that a file is right after one round. What the file leaves to
//! settings is judged when they are there, and complained of at the place that asks for it.

mod complaint;
pub(crate) mod doors;
pub(crate) mod errors;
pub(crate) mod field;
mod given;
pub(crate) mod naming;
mod oauth;
pub(crate) mod request;
mod section;
pub(crate) mod template;
mod texts;
mod way;

use postern_adapter_sdk::OAuthConfig;
use postern_contract::ids::VendorId;
use postern_contract::text::Label;
use postern_contract::unattended::WarningSeconds;
use reqwest::header::{HeaderName, HeaderValue};
use toml::de::DeTable;
use url::Url;

pub use self::complaint::{Complaint, Complaints, Place};

use self::complaint::Notes;
use self::doors::{Batteries, Closing, Heard, Looks, Said, States, warning_seconds};
use self::errors::Meaning;
use self::field::{Field, Sign};
use self::given::{Given, Secrecy};
use self::naming::Naming;
use self::oauth::OAuthPart;
use self::request::{ListRequest, ReadRequest, Request, Sends};
use self::section::{Entry, Section};
use self::texts::{base, given, headers, label, resolved_headers};
use crate::Settings;

/// The longest file that is read, in bytes.
const FILE_BYTES_MAX: usize = 64 * 1024;

/// A vendor as its file describes it. Whoever has one has a file in which nothing is wrong, but for settings that are not known yet.
#[derive(Clone, Debug)]
pub struct VendorFile {
    file: String,
    pub(crate) vendor: VendorId,
    name: Given,
    pub(crate) reading_lag_seconds: u32,
    pub(crate) poll_interval_ms: u32,
    base_url: Given,
    headers: Vec<(HeaderName, Given)>,
    oauth: OAuthPart,
    pub(crate) calls: Calls,
    pub(crate) doors: Doors,
}

/// The calls, and what their refusals mean.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    pub(crate) list: ListRequest,
    /// `None` where a door can only be read from the list.
    pub(crate) read: Option<ReadRequest>,
    pub(crate) open: Request,
    pub(crate) close: Request,
    pub(crate) meanings: Vec<Meaning>,
}

/// What is said of doors.
#[derive(Clone, Debug)]
pub(crate) struct Doors {
    pub(crate) naming: Naming,
    pub(crate) looks: Looks,
    pub(crate) states: States,
    pub(crate) online: Said,
    pub(crate) heard: Heard,
    pub(crate) obstructed: Option<Sign>,
    pub(crate) batteries: Option<Batteries>,
    pub(crate) opening: Option<Said>,
    pub(crate) closing: Closing,
}

/// What the file and its settings make together.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) name: Label,
    pub(crate) base_url: Url,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) oauth: OAuthConfig,
    pub(crate) close_warning: Option<WarningSeconds>,
}

impl VendorFile {
    /// Reads `text`, the content of the file `file`.
    ///
    /// # Errors
    /// [`Complaints`]: everything that is wrong with it.
    pub fn read(file: impl Into<String>, text: &str) -> Result<Self, Complaints> {
        let file = file.into();
        let mut notes = Notes::on(text);
        let read = Self::read_with(file.clone(), text, &mut notes);
        let complaints = notes.into_complaints();
        match read {
            Some(read) if complaints.is_empty() => Ok(read),
            _ => Err(Complaints { file, complaints }),
        }
    }

    fn read_with(file: String, text: &str, notes: &mut Notes<'_>) -> Option<Self> {
        if text.len() > FILE_BYTES_MAX {
            notes.wrong(&(0..0), format!("the file is longer than {FILE_BYTES_MAX} bytes"));
            return None;
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            notes.wrong(&error.span().unwrap_or(0..0), error.message());
        }
        if !errors.is_empty() {
            return None;
        }
        let mut top = Section::whole(table.get_ref());
        let vendor = top.need(notes, "vendor", "the name by which the platform knows the vendor");
        let vendor = vendor.and_then(|entry| {
            let parsed = entry.text(notes)?.parse();
            parsed
                .map_err(|error: postern_contract::Invalid| entry.no(notes, &error.to_string()))
                .ok()
        });
        let name = given(
            &mut top,
            "name",
            "the name that people know",
            Secrecy::Open,
            label,
            notes,
        );
        let lag = top.need(
            notes,
            "reading_lag_seconds",
            "the longest that a reading lags behind the door",
        );
        let lag = lag.and_then(|entry| entry.number(notes, 0..=86_400));
        let poll = top.need(
            notes,
            "poll_interval_ms",
            "the shortest time between two readings of a moving door",
        );
        let poll = poll.and_then(|entry| entry.number(notes, 1_000..=600_000));
        let base_url = given(
            &mut top,
            "base_url",
            "what every path stands below",
            Secrecy::Open,
            base,
            notes,
        );
        let headers = top
            .take("headers")
            .map_or_else(Vec::new, |entry| headers(&entry, notes));
        let oauth = top.need_section(notes, "oauth", "how an account is linked");
        let oauth = oauth.and_then(|section| OAuthPart::read(section, notes));
        let (naming, looks) = match top.need_section(notes, "door", "how a door is named") {
            Some(mut section) => {
                let naming = Naming::read(&mut section, notes);
                let looks = Looks::read(&mut section, notes);
                section.finish(notes);
                (naming, Some(looks))
            }
            None => (None, None),
        };
        // Without the parts nothing can be said of what names them.
        let part_names = naming.as_ref().map(|naming| naming.part_names.clone());
        let calls = Calls::read(&mut top, part_names.as_deref(), notes);
        let doors = Doors::read(&mut top, naming, looks, calls.as_ref(), notes);
        top.finish(notes);
        Some(Self {
            file,
            vendor: vendor?,
            name: name?,
            reading_lag_seconds: u32::try_from(lag?).ok()?,
            poll_interval_ms: u32::try_from(poll?).ok()?,
            base_url: base_url?,
            headers,
            oauth: oauth?,
            calls: calls?,
            doors: doors?,
        })
    }

    /// The name by which the platform knows the vendor.
    #[must_use]
    pub fn vendor(&self) -> &VendorId {
        &self.vendor
    }

    /// The settings that the file asks for.
    #[must_use]
    pub fn setting_names(&self) -> Vec<&str> {
        self.all_given().filter_map(Given::setting).collect()
    }

    /// The secrets that the file asks for.
    #[must_use]
    pub fn secret_names(&self) -> Vec<&str> {
        self.all_given().filter_map(Given::secret).collect()
    }

    fn all_given(&self) -> impl Iterator<Item = &Given> {
        let headers = self.headers.iter().map(|(_, value)| value);
        [&self.name, &self.base_url]
            .into_iter()
            .chain(headers)
            .chain(self.oauth.all_given())
            .chain(&self.doors.closing.warning)
    }

    /// The file with its settings.
    pub(crate) fn resolved(&self, settings: &Settings) -> Result<Resolved, Complaints> {
        let resolve = || {
            let base_url = self.base_url.needed(settings, base)?;
            let warning = self.doors.closing.warning.as_ref();
            let warning = warning
                .map(|given| given.find(settings, warning_seconds))
                .transpose()?;
            Ok(Resolved {
                name: self.name.needed(settings, label)?,
                headers: resolved_headers(&self.headers, settings)?,
                oauth: self.oauth.resolved(&base_url, settings)?,
                close_warning: warning.flatten(),
                base_url,
            })
        };
        resolve().map_err(|complaint| Complaints {
            file: self.file.clone(),
            complaints: vec![complaint],
        })
    }
}

impl Calls {
    fn read(top: &mut Section<'_>, parts: Option<&[String]>, notes: &mut Notes<'_>) -> Option<Self> {
        let list = top.need_section(notes, "list", "the call that lists the account's doors");
        let list = list.and_then(|section| ListRequest::read(section, notes));
        let read = top.take("read").and_then(|entry| entry.section(notes));
        let open_at = top.need(notes, "open", "the call that opens a door");
        let close_at = top.need(notes, "close", "the call that closes a door");
        let meanings = top.take("errors").map_or_else(Vec::new, |entry| {
            let entries = entry.one_or_more(notes);
            entries
                .iter()
                .filter_map(|entry| Meaning::read(entry, notes))
                .collect()
        });
        let parts = parts?;
        let read = read.map(|section| ReadRequest::read(section, parts, notes));
        let open = open_at.as_ref().and_then(|entry| order(entry, parts, notes));
        let close = close_at.as_ref().and_then(|entry| order(entry, parts, notes));
        if let (Some(open), Some(close), Some(entry)) = (&open, &close, &close_at)
            && open == close
        {
            let message =
                "[close] sends the same as [open]: that would be a toggle, and an order has to say which way";
            notes.wrong(&entry.span, message);
        }
        Some(Self {
            list: list?,
            read: read.map_or(Some(None), |read| read.map(Some))?,
            open: open?,
            close: close?,
            meanings,
        })
    }

    /// How far below the top of its answer a door lies, in a list and in a reading.
    fn depths(&self) -> (usize, usize) {
        let list = self.list.doors.depth();
        (list, self.read.as_ref().map_or(list, |read| read.door.depth()))
    }
}

impl Doors {
    fn read(
        top: &mut Section<'_>,
        naming: Option<Naming>,
        looks: Option<Looks>,
        calls: Option<&Calls>,
        notes: &mut Notes<'_>,
    ) -> Option<Self> {
        let state_at = top.need(
            notes,
            "state",
            "where the vendor says how a door stands, and its words",
        );
        let online_at = top.need(
            notes,
            "online",
            "where the vendor says that an opener is connected",
        );
        let heard_at = top.need(notes, "heard", "when the opener itself was heard");
        let states = state_at
            .as_ref()
            .and_then(|entry| States::read(entry.section(notes)?, notes));
        let online = online_at
            .as_ref()
            .and_then(|entry| Said::read(entry.section(notes)?, notes));
        let heard = heard_at
            .as_ref()
            .and_then(|entry| Heard::read(entry.section(notes)?, notes));
        let obstructed = top.take("obstructed").and_then(|entry| {
            let mut section = entry.section(notes)?;
            let sign = Sign::read(&mut section, notes);
            section.finish(notes);
            sign
        });
        let batteries = top
            .take("battery")
            .and_then(|entry| Some(Batteries::read(entry.section(notes)?, notes)));
        let opening = top
            .take("unattended_open")
            .and_then(|entry| Said::read(entry.section(notes)?, notes));
        let closing = top
            .take("unattended_close")
            .and_then(|entry| Some(Closing::read(entry.section(notes)?, notes)));
        if let Some(calls) = calls {
            let (list, reading) = calls.depths();
            let mut reach = |field: Option<&Field>, entry: Option<&Entry<'_>>| {
                if let Some((field, entry)) = field.zip(entry)
                    && !(field.is_within(list) && field.is_within(reading))
                {
                    let title = &entry.name;
                    notes.wrong(
                        &entry.span,
                        format!("[{title}] leads above the top of an answer: a reading would never say it"),
                    );
                }
            };
            reach(states.as_ref().map(|states| &states.field), state_at.as_ref());
            reach(online.as_ref().and_then(Said::field), online_at.as_ref());
            if let Some(Heard::At(field, ..)) = &heard {
                reach(Some(field), heard_at.as_ref());
            }
        }
        Some(Self {
            naming: naming?,
            looks: looks?,
            states: states?,
            online: online?,
            heard: heard?,
            obstructed,
            batteries,
            opening,
            closing: closing.unwrap_or_default(),
        })
    }
}

fn order(entry: &Entry<'_>, parts: &[String], notes: &mut Notes<'_>) -> Option<Request> {
    let mut section = entry.section(notes)?;
    let request = Request::read(&mut section, parts, Sends::AnOrder, notes);
    section.finish(notes);
    request
}
