//! What nobody may see, and the search for it through everything that anybody could have seen.
//!
//! Secrets are gathered where they come into being (the platform's chance, the vendor's token endpoint, the plans' passwords), and
//! texts where they come out (answers, log lines, the record at rest). They are laid over each other at the end of a run, so that a
//! secret is found also in what was written before the harness knew it.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use aho_corasick::AhoCorasick;

use crate::scene::lock;

/// A secret shorter than this would be found by accident.
const CHARS_MIN: usize = 12;

/// Secrets, and texts in which they must not be.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    known: Mutex<BTreeMap<String, &'static str>>,
    texts: Mutex<Vec<(&'static str, String)>>,
    output: Output,
}

impl Secrets {
    /// Something that is secret from now on, and always was.
    pub(crate) fn add(&self, what: &'static str, secret: &str) {
        if secret.len() >= CHARS_MIN {
            lock(&self.known).insert(secret.to_owned(), what);
        }
    }

    /// A text that somebody could see.
    pub(crate) fn seen(&self, place: &'static str, text: String) {
        lock(&self.texts).push((place, text));
    }

    /// Where the processes' log lines go.
    pub(crate) fn output(&self) -> Output {
        self.output.clone()
    }

    /// Each secret that was found in the open: what it is, and where. With how many texts were searched.
    pub(crate) fn search(&self) -> (Vec<String>, u64) {
        let known = lock(&self.known);
        let Ok(searcher) = AhoCorasick::new(known.keys()) else {
            return (vec!["the secrets could not be searched for".to_owned()], 0);
        };
        let names: Vec<&'static str> = known.values().copied().collect();
        let mut texts = lock(&self.texts);
        let lines = String::from_utf8_lossy(&lock(&self.output.0)).into_owned();
        texts.push(("a log line", lines));
        let mut found = Vec::new();
        for (place, text) in texts.iter() {
            if let Some(hit) = searcher.find(text) {
                let near = text[..hit.start()].chars().rev().take(80).collect::<String>();
                let near: String = near.chars().rev().collect();
                found.push(format!(
                    "{} is in {place}, after: {near}",
                    names[hit.pattern().as_usize()]
                ));
            }
        }
        (found, texts.len() as u64)
    }
}

/// Everything that the processes of a run have logged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output(Arc<Mutex<Vec<u8>>>);

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
