//! `postern vendor new`: begins an adapter in a checkout of this repository, by copying the one that is only begun.
//!
//! What is copied is a crate of the workspace, `vendor-adapters/new-vendor`, so it compiles, and which rules it keeps is tested.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use postern_contract::ids::VendorId;
use serde_json::json;

use crate::{Answer, Error};

/// The files, below the adapter's folder.
const FILES: [(&str, &str); 6] = [
    (
        "Cargo.toml",
        include_str!("../../../../vendor-adapters/new-vendor/Cargo.toml"),
    ),
    (
        "src/lib.rs",
        include_str!("../../../../vendor-adapters/new-vendor/src/lib.rs"),
    ),
    (
        "src/config.rs",
        include_str!("../../../../vendor-adapters/new-vendor/src/config.rs"),
    ),
    (
        "src/adapter.rs",
        include_str!("../../../../vendor-adapters/new-vendor/src/adapter.rs"),
    ),
    (
        "src/main.rs",
        include_str!("../../../../vendor-adapters/new-vendor/src/main.rs"),
    ),
    (
        "tests/conformance.rs",
        include_str!("../../../../vendor-adapters/new-vendor/tests/conformance.rs"),
    ),
];

/// Where the workspace lists its crates.
const MEMBERS: &str = "members = [\n";

/// The ways in which a vendor's name is written.
struct Names {
    kebab: String,
    snake: String,
    shouted: String,
    pascal: String,
    title: String,
}

impl Names {
    fn of(id: &VendorId) -> Result<Self, Error> {
        let kebab = id.as_str();
        if !kebab.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(Error::not_as_asked(
                format!("{kebab} begins with a digit, and a crate's types cannot"),
                "Write the number as a word.",
            ));
        }
        let words: Vec<String> = kebab.split('-').map(capital).collect();
        Ok(Self {
            kebab: kebab.to_owned(),
            snake: kebab.replace('-', "_"),
            shouted: kebab.replace('-', "_").to_ascii_uppercase(),
            pascal: words.concat(),
            title: words.join(" "),
        })
    }

    fn put_into(&self, text: &str) -> String {
        text.replace("NEW_VENDOR", &self.shouted)
            .replace("new-vendor", &self.kebab)
            .replace("new_vendor", &self.snake)
            .replace("NewVendor", &self.pascal)
            .replace("New Vendor", &self.title)
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

/// Begins the adapter of a vendor in the checkout at `checkout`.
pub(crate) fn begin(id: &VendorId, checkout: &Path) -> Result<Answer, Error> {
    let names = Names::of(id)?;
    let workspace = checkout.join("Cargo.toml");
    let no_checkout = |why: String| {
        Error::not_as_asked(
            format!("{} is no checkout of Postern: {why}", checkout.display()),
            "Name one with --checkout, or go into it.",
        )
    };
    let listed = fs::read_to_string(&workspace).map_err(|error| no_checkout(error.to_string()))?;
    if !checkout.join("vendor-adapters/sdk/Cargo.toml").is_file() {
        return Err(no_checkout("it has no vendor-adapters/sdk".to_owned()));
    }
    let listed =
        with_member(&listed, id).ok_or_else(|| no_checkout("its Cargo.toml lists no members".to_owned()))?;
    let folder = checkout.join("vendor-adapters").join(id.as_str());
    if folder.exists() {
        return Err(Error::not_as_asked(
            format!("{} is there already", folder.display()),
            "Choose another name, or take the folder away first.",
        ));
    }
    write(&folder, &names)
        .and_then(|()| fs::write(&workspace, listed))
        .map_err(|error| {
            Error::not_as_asked(
                format!("{} cannot be written: {error}", folder.display()),
                "Take away what was written, and see that the checkout can be written to.",
            )
        })?;
    let test = format!("cargo test -p postern-adapter-{id} --all-features");
    let text = format!(
        "The adapter of {} is begun in {}.\nIts rules: {test}\nWhat is next stands in its src/lib.rs; docs/adding-a-vendor.md tells it at length.",
        names.title,
        folder.display()
    );
    let files: Vec<PathBuf> = FILES.iter().map(|(name, _)| folder.join(name)).collect();
    Ok(Answer::well(
        text,
        json!({ "vendor": id, "files": files, "test": test }),
    ))
}

fn write(folder: &Path, names: &Names) -> io::Result<()> {
    for (name, text) in FILES {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, names.put_into(text))?;
    }
    Ok(())
}

/// The workspace's file with one more member, in its place among the adapters. None when it lists no members.
fn with_member(listed: &str, id: &VendorId) -> Option<String> {
    let own = format!("    \"vendor-adapters/{id}\",\n");
    if listed.contains(&own) {
        return Some(listed.to_owned());
    }
    let begins = listed.find(MEMBERS)? + MEMBERS.len();
    let ends = begins + listed.get(begins..)?.find("]\n")?;
    let members = listed.get(begins..ends)?;
    let before: usize = members
        .split_inclusive('\n')
        .take_while(|member| **member < *own)
        .map(str::len)
        .sum();
    let mut with = listed.to_owned();
    with.insert_str(begins + before, &own);
    Some(with)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(id: &str) -> Names {
        Names::of(&id.parse().unwrap()).unwrap()
    }

    #[test]
    fn under_its_own_name_the_copy_is_what_it_was_copied_from() {
        for (name, text) in FILES {
            assert_eq!(names("new-vendor").put_into(text), text, "{name}");
        }
    }

    #[test]
    fn a_name_is_written_in_each_way_that_rust_and_the_environment_want() {
        let text = "new-vendor new_vendor NEW_VENDOR_URL NewVendorAdapter New Vendor";
        assert_eq!(
            names("acme-doors-2").put_into(text),
            "acme-doors-2 acme_doors_2 ACME_DOORS_2_URL AcmeDoors2Adapter Acme Doors 2"
        );
        assert!(Names::of(&"3com".parse().unwrap()).is_err());
    }

    #[test]
    fn a_member_is_listed_once_and_in_its_place() {
        let listed = "[workspace]\nmembers = [\n    \"core\",\n    \"vendor-adapters/myq\",\n    \"vendor-adapters/sdk\",\n]\n";
        let id = "nice".parse().unwrap();
        let with = with_member(listed, &id).unwrap();
        assert!(
            with.contains("myq\",\n    \"vendor-adapters/nice\",\n    \"vendor-adapters/sdk"),
            "{with}"
        );
        assert_eq!(with_member(&with, &id), Some(with.clone()));
        assert_eq!(with_member("[package]\n", &id), None);
    }

    proptest! {
        #[test]
        fn nothing_of_the_copied_name_is_left(id in "[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,3}") {
            prop_assume!(!id.contains("new-vendor"));
            for (_, text) in FILES {
                let copy = names(&id).put_into(text);
                prop_assert!(!copy.contains("new-vendor") && !copy.contains("NewVendor") && !copy.contains("NEW_VENDOR"));
            }
        }
    }
}
