//! The calls: a method, a path below the base address, a query and a body.

use reqwest::Method;

use super::complaint::Notes;
use super::section::{Entry, Section};
use super::template::{Body, Template};
use super::way::DoorsWay;
use crate::door_id::DoorKey;

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    path: Vec<Template>,
    query: Vec<(String, Template)>,
    body: Option<Body>,
}

/// The call that lists doors, and where they stand in its answer.
#[derive(Clone, Debug)]
pub(crate) struct ListRequest {
    pub(crate) request: Request,
    pub(crate) doors: DoorsWay,
}

/// The call that reads one door, and where it stands in its answer.
#[derive(Clone, Debug)]
pub(crate) struct ReadRequest {
    pub(crate) request: Request,
    pub(crate) door: DoorsWay,
}

impl ListRequest {
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let request = Request::read(&mut section, &[], Sends::Nothing, notes);
        let doors = section.need(
            notes,
            "doors",
            "where the doors stand in the answer, such as \"devices/*\"",
        );
        let doors = doors.and_then(|entry| doors_way(&entry, notes));
        section.finish(notes);
        let (request, doors) = (request?, doors?);
        Some(Self { request, doors })
    }
}

impl ReadRequest {
    pub(crate) fn read(mut section: Section<'_>, parts: &[String], notes: &mut Notes<'_>) -> Option<Self> {
        let request = Request::read(&mut section, parts, Sends::Nothing, notes);
        let door = match section.take("door") {
            None => Some(DoorsWay::default()),
            Some(entry) => doors_way(&entry, notes).filter(|way| {
                if way.has_each() {
                    entry.no(notes, "the way to one door, without *");
                }
                !way.has_each()
            }),
        };
        section.finish(notes);
        let (request, door) = (request?, door?);
        Some(Self { request, door })
    }
}

fn doors_way(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<DoorsWay> {
    match DoorsWay::parse(entry.text(notes)?) {
        Ok(way) => Some(way),
        Err(problem) => {
            notes.wrong(&entry.span, format!("`{}` {problem}", entry.name));
            None
        }
    }
}

/// Whether a call changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sends {
    /// It may be repeated.
    Nothing,
    /// It is sent once.
    AnOrder,
}

impl Request {
    /// Reads a call that names every part of a door, in its path, its query or its body.
    pub(crate) fn read(
        section: &mut Section<'_>,
        parts: &[String],
        sends: Sends,
        notes: &mut Notes<'_>,
    ) -> Option<Self> {
        let method = match (sends, section.take("method")) {
            (Sends::Nothing, None) => Some(Method::GET),
            (Sends::Nothing, Some(entry)) => {
                let get = entry.value.as_str() == Some("GET");
                if !get {
                    entry.no(
                        notes,
                        "GET, or left out: a reading may be repeated and must change nothing",
                    );
                }
                get.then_some(Method::GET)
            }
            (Sends::AnOrder, Some(entry)) => order_method(&entry, notes),
            (Sends::AnOrder, None) => {
                let title = section.title();
                notes.wrong(
                    section.span(),
                    format!("{title} needs `method`: POST, PUT or PATCH"),
                );
                None
            }
        };
        let path = section.need(notes, "path", "the path below the base address, without query");
        let path_span = path.as_ref().map(|entry| entry.span.clone());
        let path = path.and_then(|entry| segments(&entry, parts, notes));
        let query = section.take("query");
        let query = query.map_or_else(|| Some(Vec::new()), |entry| pairs(&entry, parts, notes));
        let body = match sends {
            Sends::Nothing => Some(None),
            Sends::AnOrder => match section.take("body") {
                Some(entry) => Body::read(&entry, parts, notes).map(Some),
                None => Some(None),
            },
        };
        let request = Self {
            method: method?,
            path: path?,
            query: query?,
            body: body?,
        };
        let unnamed: Vec<_> = (0..parts.len()).filter(|part| !request.names(*part)).collect();
        if let Some(span) = path_span.filter(|_| !unnamed.is_empty()) {
            let missing: Vec<_> = unnamed
                .iter()
                .map(|part| format!("{{{}}}", parts[*part]))
                .collect();
            let (title, missing) = (section.title(), missing.join(" and "));
            notes.wrong(
                &span,
                format!(
                    "{title} does not say which door it means: put {missing} into its path, query or body"
                ),
            );
            return None;
        }
        Some(request)
    }

    fn names(&self, part: usize) -> bool {
        let in_path = self
            .path
            .iter()
            .flat_map(Template::parts)
            .any(|named| named == part);
        let in_query = self
            .query
            .iter()
            .flat_map(|(_, value)| value.parts())
            .any(|named| named == part);
        in_path
            || in_query
            || self
                .body
                .as_ref()
                .is_some_and(|body| body.parts().contains(&part))
    }

    /// The segments of its path. `None` if one of them would lead elsewhere.
    pub(crate) fn segments(&self, door: &DoorKey) -> Option<Vec<String>> {
        let filled = self.path.iter().map(|segment| segment.filled(door.parts()));
        filled
            .map(|segment| (!matches!(segment.as_str(), "" | "." | "..")).then_some(segment))
            .collect()
    }

    pub(crate) fn query(&self, door: &DoorKey) -> Vec<(&str, String)> {
        let filled = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.filled(door.parts())));
        filled.collect()
    }

    pub(crate) fn body(&self, door: &DoorKey) -> Option<Vec<u8>> {
        let body = self.body.as_ref()?;
        Some(body.filled(door).to_string().into_bytes())
    }
}

fn order_method(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Method> {
    match entry.value.as_str() {
        Some("POST") => Some(Method::POST),
        Some("PUT") => Some(Method::PUT),
        Some("PATCH") => Some(Method::PATCH),
        _ => {
            entry.no(notes, "POST, PUT or PATCH");
            None
        }
    }
}

/// The segments of a path that stays below the base address.
pub(crate) fn plain_segments(path: &str) -> Result<Vec<&str>, String> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
        return Err("must be a path below the base address, without empty parts, . or ..".to_owned());
    }
    if path.contains(['?', '#', '%', '\\']) {
        return Err(
            "must be a plain path: no query, no #, and nothing encoded, as that is done here".to_owned(),
        );
    }
    Ok(segments)
}

fn segments(entry: &Entry<'_>, parts: &[String], notes: &mut Notes<'_>) -> Option<Vec<Template>> {
    let segments = plain_segments(entry.text(notes)?).and_then(|segments| {
        let templates = segments.iter().map(|segment| Template::parse(segment, parts));
        templates.collect()
    });
    segments
        .map_err(|problem| notes.wrong(&entry.span, format!("`{}` {problem}", entry.name)))
        .ok()
}

fn pairs(entry: &Entry<'_>, parts: &[String], notes: &mut Notes<'_>) -> Option<Vec<(String, Template)>> {
    let pairs = entry.free_keys(notes);
    let pairs = pairs.iter().map(|(name, _, value)| {
        let template = Template::parse(value.text(notes)?, parts);
        let template =
            template.map_err(|problem| notes.wrong(&value.span, format!("`{}` {problem}", value.name)));
        Some(((*name).to_owned(), template.ok()?))
    });
    pairs.collect()
}
