//! The documents say what is so: generated pages have not drifted, names and links lead somewhere, and what a reader is told to run
//! is a command.

#[cfg(test)]
mod docs {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
        process::Command,
    };

    use postern_end_to_end::{error_pages, promise_index, saga_page};

    const REMEDY: &str =
        "run `cargo run -p postern-end-to-end --example write-error-pages` and commit what it wrote";

    #[test]
    fn the_error_pages_are_those_of_the_catalogues() {
        let folder = root().join(error_pages::FOLDER);
        let written: BTreeMap<String, String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect();
        let expected = error_pages::pages();
        let drifted = expected
            .iter()
            .filter(|(name, text)| written.get(*name) != Some(text));
        let left_over = written.keys().filter(|name| !expected.contains_key(*name));
        let all = drifted.map(|(name, _)| name.clone()).chain(left_over.cloned());
        none(all, &format!("have drifted: {REMEDY}"));
    }

    #[test]
    fn the_page_of_the_sagas_is_that_of_their_tables() {
        let written = fs::read_to_string(root().join(saga_page::PAGE)).unwrap();
        assert!(
            written == saga_page::page(),
            "{} has drifted: run `cargo run -p postern-end-to-end --example write-sagas` and commit what it wrote",
            saga_page::PAGE
        );
    }

    #[test]
    fn the_index_of_the_promises_says_what_the_code_says() {
        let root = root().canonicalize().unwrap();
        none(
            promise_index::faults(&root).unwrap().into_iter(),
            "are not so, or nothing holds them",
        );
        let written = fs::read_to_string(root.join(promise_index::PAGE)).unwrap();
        assert!(
            written == promise_index::page(&root).unwrap(),
            "{} has drifted: run `cargo run -p postern-end-to-end --example write-promises` and commit what it wrote",
            promise_index::PAGE
        );
    }

    #[test]
    fn every_code_is_used_once_and_speaks_both_languages() {
        let catalogue = error_pages::catalogue();
        assert_eq!(catalogue.faults(), Vec::<String>::new());
        assert_eq!(catalogue.iter().count() + 1, error_pages::pages().len());
    }

    #[test]
    fn the_table_of_the_record_names_every_key_and_every_call_and_nothing_else() {
        let page = fs::read_to_string(root().join("docs/record.md")).unwrap();
        let told: BTreeSet<&str> = spans(&page).into_iter().collect();
        let store: Vec<(String, String)> = files("core/src/store", "rs");
        let key = &store
            .iter()
            .find(|(path, _)| path.ends_with("/key.rs"))
            .unwrap()
            .1;
        let mut real: BTreeSet<String> = BTreeSet::new();
        for kind in ["Key", "Partition"] {
            let named = variants(key, kind);
            assert!(named.len() >= 5, "these are not all of {kind}: {named:?}");
            real.extend(named.iter().map(|variant| format!("{kind}::{variant}")));
        }
        for kind in ["Store", "Write"] {
            let named: Vec<String> = store.iter().flat_map(|(_, text)| methods(text, kind)).collect();
            assert!(named.len() >= 20, "these are not all of {kind}: {named:?}");
            real.extend(named.iter().map(|method| format!("{kind}::{method}")));
        }
        let item = &store
            .iter()
            .find(|(path, _)| path.ends_with("/item.rs"))
            .unwrap()
            .1;
        let attributes = item.lines().filter_map(|line| {
            let (_, value) = line.trim().strip_prefix("pub const ")?.split_once(": &str = ")?;
            Some(value.trim_matches(['"', ';']).to_owned())
        });
        let missing: Vec<String> = real
            .iter()
            .cloned()
            .chain(attributes)
            .filter(|name| !told.contains(name.as_str()))
            .collect();
        none(missing.into_iter(), "are not in docs/record.md");
        let invented = told.iter().filter(|name| {
            ["Key::", "Partition::", "Store::", "Write::"]
                .iter()
                .any(|kind| name.starts_with(kind))
                && !real.contains(**name)
        });
        none(
            invented.map(|name| (*name).to_owned()),
            "stand in docs/record.md and are not in core/src/store",
        );
    }

    #[test]
    fn the_record_is_never_scanned() {
        let scans = ["core", "functions", "infra"]
            .iter()
            .flat_map(|folder| files(folder, "rs"))
            .filter(|(_, text)| text.contains(".scan()") || text.contains("operation::scan"));
        none(
            scans.map(|(path, _)| path),
            "scan the table; docs/record.md promises that nothing does",
        );
    }

    #[test]
    fn every_relative_link_leads_to_something_that_exists() {
        let pages = files(".", "md");
        assert!(pages.len() > 10, "these are not all the pages: {}", pages.len());
        let broken = pages.iter().flat_map(|(path, text)| {
            let folder = root().join(path).parent().unwrap().to_owned();
            links(text)
                .into_iter()
                .filter(move |target| !leads_somewhere(&folder, target))
                .map(move |target| format!("{path} -> {target}"))
        });
        none(broken, "are links that lead nowhere");
    }

    #[test]
    fn every_page_is_in_the_index() {
        let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
        let listed: BTreeSet<&str> = links(&index).into_iter().collect();
        let forgotten = fs::read_dir(root().join("docs")).unwrap().filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let page = name.ends_with(".md") && name != "README.md";
            (page && !listed.contains(name.as_str())).then_some(name)
        });
        none(forgotten, "are not in docs/README.md");
    }

    #[test]
    fn every_name_of_code_that_a_page_drops_is_in_the_code() {
        let mut words: BTreeSet<String> = BTreeSet::new();
        for extension in ["rs", "toml", "json"] {
            for (path, text) in files(".", extension) {
                if !path.ends_with("end-to-end/tests/docs.rs") {
                    words.extend(
                        text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
                            .map(str::to_owned),
                    );
                }
            }
        }
        let unknown = files("docs", "md").into_iter().flat_map(|(path, text)| {
            let dropped: Vec<String> = spans(&text)
                .into_iter()
                .filter(|span| is_name(span))
                .filter(|span| !span.split("::").all(|part| words.contains(part)))
                .map(|span| format!("{path}: {span}"))
                .collect();
            dropped
        });
        none(unknown, "are names that no file of code has");
    }

    #[test]
    fn every_shell_line_that_a_page_shows_is_one_that_bash_can_read() {
        let mut seen = 0;
        for (path, text) in files(".", "md") {
            for script in fences(&text, "sh") {
                seen += 1;
                let read = Command::new("bash").args(["-n", "-c", &script]).output().unwrap();
                let complaint = String::from_utf8_lossy(&read.stderr);
                assert!(read.status.success(), "{path}: {complaint}\n{script}");
            }
        }
        assert!(seen >= 5, "only {seen} shell lines were found");
    }

    #[test]
    fn no_page_names_a_place_on_somebodys_machine() {
        let here = root().display().to_string();
        let homes = ["/home/", "/root/", "/Users/", "/mnt/", "/var/", "/tmp/", "C:\\"];
        let named = files(".", "md").into_iter().filter_map(|(path, text)| {
            let place = homes
                .into_iter()
                .chain([here.as_str()])
                .find(|place| text.contains(place))?;
            Some(format!("{path} ({place})"))
        });
        none(named, "name a place on somebody's machine");
    }

    /// Fails with every place at once.
    fn none(places: impl Iterator<Item = String>, fault: &str) {
        let places: Vec<_> = places.collect();
        assert!(places.is_empty(), "\n  {}\n{fault}", places.join("\n  "));
    }

    /// The repository.
    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()
            .unwrap()
    }

    /// The files under a folder whose names end so, by their path from the root, with their text. Hidden folders and build output
    /// are left out.
    fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut ahead = vec![root().join(folder)];
        while let Some(folder) = ahead.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                if path.is_dir() {
                    if !name.starts_with('.') && name != "target" {
                        ahead.push(path);
                    }
                } else if path.extension().is_some_and(|ending| ending == extension) {
                    let short = path.strip_prefix(root()).unwrap().display().to_string();
                    found.push((
                        short.trim_start_matches("./").to_owned(),
                        fs::read_to_string(&path).unwrap(),
                    ));
                }
            }
        }
        found.sort();
        found
    }

    /// The lines of a page outside its fences.
    fn prose(page: &str) -> impl Iterator<Item = &str> {
        let mut inside = false;
        page.lines().filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
    }

    /// What stands between single backticks.
    fn spans(page: &str) -> Vec<&str> {
        prose(page)
            .flat_map(|line| line.split('`').skip(1).step_by(2))
            .collect()
    }

    /// What the fences of one language hold.
    fn fences(page: &str, language: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open: Option<Vec<&str>> = None;
        for line in page.lines() {
            match (&mut open, line.trim_start().strip_prefix("```")) {
                (None, Some(tag)) if tag == language => open = Some(Vec::new()),
                (Some(_), Some(_)) => found.extend(open.take().map(|lines| lines.join("\n"))),
                (Some(lines), None) => lines.push(line),
                (None, _) => {}
            }
        }
        assert!(open.is_none(), "a fence is not closed");
        found
    }

    /// The targets of the links of a page, those to other sites left out.
    fn links(page: &str) -> Vec<&str> {
        prose(page)
            .flat_map(|line| line.split("](").skip(1))
            .filter_map(|rest| rest.split([')', ' ']).next())
            .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
            .collect()
    }

    fn leads_somewhere(folder: &Path, target: &str) -> bool {
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let file = folder.join(path);
        if path.is_empty() || anchor.is_empty() || file.extension().is_none_or(|ending| ending != "md") {
            return file.exists();
        }
        fs::read_to_string(file)
            .is_ok_and(|page| prose(&page).any(|line| line.starts_with('#') && slug(line) == anchor))
    }

    /// The anchor of a heading, as GitHub makes it.
    fn slug(heading: &str) -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept
            .chars()
            .filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
        kept.map(|sign| if sign == ' ' { '-' } else { sign }).collect()
    }

    /// Whether a span is a name of code: words joined by underscores, or a path of them.
    fn is_name(span: &str) -> bool {
        let word = |part: &str| {
            let fits = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
            part.starts_with(|first: char| first.is_ascii_alphabetic()) && part.chars().all(fits)
        };
        span.split("::").all(word) && (span.contains("::") || span.contains('_'))
    }

    /// The variants of an enum, by its source.
    fn variants(source: &str, name: &str) -> Vec<String> {
        let (_, after) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
        let (body, _) = after.split_once("\n}").unwrap();
        body.lines()
            .map(str::trim)
            .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
            .map(|line| line.split(['(', ',', ' ']).next().unwrap().to_owned())
            .collect()
    }

    /// The public methods of a type, by the source of its `impl`s.
    fn methods(source: &str, name: &str) -> Vec<String> {
        let opening = format!("\nimpl {name} {{\n");
        source
            .split(&opening)
            .skip(1)
            .map(|block| block.split("\n}").next().unwrap())
            .flat_map(str::lines)
            .filter_map(|line| {
                let line = line.strip_prefix("    pub ")?;
                let line = line.strip_prefix("const ").unwrap_or(line);
                let line = line.strip_prefix("async ").unwrap_or(line);
                Some(
                    line.strip_prefix("fn ")?
                        .split(['(', '<'])
                        .next()
                        .unwrap()
                        .to_owned(),
                )
            })
            .collect()
    }
}
