//! The pages under docs/errors: one for each code that an API can answer with, and their index.
//!
//! The words come from the catalogues that the APIs answer from, so a page never says anything else than the answer did.
//! `cargo run -p postern-end-to-end --example write-error-pages` writes them, and `tests/docs.rs` tells when they have drifted.

use std::collections::BTreeMap;

use postern_http::{Catalogue, Entry, problem::TYPE_BASE, problem::wire::WIRE};

/// Where the pages lie, from the root of the repository.
pub const FOLDER: &str = "docs/errors";

/// The name of the index among the pages.
pub const INDEX: &str = "README.md";

/// A table of codes, with the words for who gives them.
struct Group {
    heading: &'static str,
    english: &'static str,
    french: &'static str,
    entries: &'static [&'static Entry],
}

fn groups() -> [Group; 5] {
    [
        Group {
            heading: "From both APIs, before any rule is asked",
            english: "Both APIs give it, before any rule is asked.",
            french: "Les deux API la donnent, avant toute règle.",
            entries: WIRE,
        },
        Group {
            heading: "From the carriers' API",
            english: "The carriers' API gives it.",
            french: "L’API des transporteurs la donne.",
            entries: postern_carrier_api::DELIVERIES,
        },
        Group {
            heading: "From the carriers' API, about webhooks",
            english: "The carriers' API gives it.",
            french: "L’API des transporteurs la donne.",
            entries: postern_carrier_api::WEBHOOKS,
        },
        Group {
            heading: "From the carriers' API, about too much at once",
            english: "The carriers' API gives it.",
            french: "L’API des transporteurs la donne.",
            entries: postern_carrier_api::QUOTAS,
        },
        Group {
            heading: "From the customers' API",
            english: "The customers' API gives it.",
            french: "L’API des clients la donne.",
            entries: postern_customer_api::HOUSEHOLDS,
        },
    ]
}

/// Every code of both APIs and of the wire.
#[must_use]
pub fn catalogue() -> Catalogue {
    Catalogue::new(&groups().map(|group| group.entries))
}

/// The pages, by the name of their file.
#[must_use]
pub fn pages() -> BTreeMap<String, String> {
    let groups = groups();
    let mut pages = BTreeMap::from([(INDEX.to_owned(), index(&groups))]);
    for group in &groups {
        for entry in group.entries {
            pages.insert(file(entry), page(entry, group));
        }
    }
    pages
}

fn file(entry: &Entry) -> String {
    format!("{}.md", entry.code)
}

fn page(entry: &Entry, group: &Group) -> String {
    let Group { english, french, .. } = group;
    let words = entry.page();
    format!("{words}\n---\n\n{english} {french} [All codes · Tous les codes]({INDEX})\n")
}

fn index(groups: &[Group]) -> String {
    let mut text = format!(
        "# Errors\n\n\
         A page for each `code` that an API of Postern can answer with. Every refusal is `application/problem+json` \
         (RFC 9457); its\n`type` is `{TYPE_BASE}` and the code. A code never changes its meaning, so a program\n\
         may branch on it; the words may change. A name in braces stands for a value of the one occurrence. The words are\n\
         English or French, by `Accept-Language`.\n\n\
         Une page pour chaque `code` qu’une API de Postern peut donner en réponse. Un code ne change jamais de sens; les\n\
         mots peuvent changer. Un nom entre accolades tient lieu d’une valeur du cas précis.\n\n\
         These pages are written by `cargo run -p postern-end-to-end --example write-error-pages`; change the words where\n\
         the APIs have them.\n"
    );
    for group in groups {
        text.push_str(&format!(
            "\n## {}\n\n| code | status | English | français |\n|---|---|---|---|\n",
            group.heading
        ));
        let mut entries = group.entries.to_vec();
        entries.sort_by_key(|entry| entry.code);
        for entry in entries {
            text.push_str(&format!(
                "| [{}]({}) | {} | {} | {} |\n",
                entry.code,
                file(entry),
                entry.status,
                entry.english.title,
                entry.french.title
            ));
        }
    }
    text
}
