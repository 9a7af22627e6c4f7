//! The rules of the house that a machine can see: what CONTRIBUTING.md asks of every file and crate.
//!
//! Each failure names every place at once and what to do there. A rule that is wrong is changed here, in a commit that says why.

#[cfg(test)]
mod house {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
        process::Command,
    };

    use serde_json::Value;

    /// The longest that a source file may be, in lines.
    const FILE_LINES_MAX: usize = 400;

    /// Which crates of the workspace each crate may build on, by folder; the first row that fits counts. `*` stands for one folder
    /// name on the left, and for every crate but the tests on the right.
    const ARROWS: [(&str, &[&str]); 20] = [
        ("contract", &[]),
        ("keys", &[]),
        ("http", &["contract"]),
        ("core", &["contract", "keys"]),
        ("functions/*", &["contract", "core", "http", "keys"]),
        ("vendor-adapters/sdk", &["contract", "keys"]),
        (
            "vendor-adapters/conformance",
            &[
                "contract",
                "keys",
                "tests/lambda-host",
                "tests/vendor-clouds",
                "vendor-adapters/sdk",
            ],
        ),
        ("vendor-adapters/*", &["contract", "keys", "vendor-adapters/sdk"]),
        ("tests/lambda-host", &[]),
        ("tests/tools", &[]),
        ("tests/model", &["contract", "core"]),
        ("tests/vendor-clouds", &[]),
        (
            "tests/adapter-bench",
            &[
                "contract",
                "keys",
                "tests/vendor-clouds",
                "vendor-adapters/conformance",
                "vendor-adapters/sdk",
            ],
        ),
        ("infra/embedded-record", &[]),
        (
            "infra/cli",
            &[
                "contract",
                "core",
                "keys",
                "tests/vendor-clouds",
                "vendor-adapters/conformance",
            ],
        ),
        (
            "tests/world",
            &["contract", "core", "infra/embedded-record", "keys"],
        ),
        ("infra/local", &["*", "tests/vendor-clouds"]),
        ("tests/end-to-end", &["*", "tests/vendor-clouds"]),
        ("tests/simulation", &["*", "tests/vendor-clouds"]),
        (
            "tests/deployed",
            &[
                "contract",
                "core",
                "infra/local",
                "tests/tools",
                "tests/vendor-clouds",
            ],
        ),
    ];

    /// What anyone's tests may use: the simulated clouds, an adapter on a bench before them and the kit that judges it, the embedded record, the small platform on
    /// it, Lambda's Runtime API, and programs of other languages.
    const FOR_EVERY_TEST: [&str; 7] = [
        "tests/adapter-bench",
        "infra/embedded-record",
        "tests/lambda-host",
        "tests/tools",
        "tests/vendor-clouds",
        "tests/world",
        "vendor-adapters/conformance",
    ];

    /// What the core and the functions must not say, beside the names of the adapters' folders: vendors by their other names.
    const TRADE_NAMES: [&str; 4] = ["chamberlain", "liftmaster", "nicego", "aladdin"];

    /// Folders of `vendor-adapters` that are named for no vendor.
    const NO_VENDORS: [&str; 4] = ["sdk", "conformance", "declarative", "direct-kit"];

    /// What would be a second TLS stack beside rustls on ring.
    const BANNED: [&str; 5] = ["aws-lc-sys", "aws-lc-rs", "openssl", "openssl-sys", "native-tls"];

    /// What must be there in one version only.
    const ONCE: [&str; 4] = ["axum", "http", "hyper", "rustls"];

    #[test]
    fn every_source_file_begins_by_saying_why_it_exists() {
        let silent = sources()
            .into_iter()
            .filter(|(_, text)| !text.starts_with("//! "));
        none(silent.map(|(path, _)| path), "have no `//!` head");
    }

    #[test]
    fn no_source_file_is_longer_than_one_idea() {
        let long = sources().into_iter().filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > FILE_LINES_MAX).then(|| format!("{path} ({lines} lines)"))
        });
        none(
            long,
            &format!("are longer than {FILE_LINES_MAX} lines; split them"),
        );
    }

    #[test]
    fn no_lint_is_silenced_without_a_reason() {
        // Put together here, so that this file does not find itself.
        let silencers = [
            concat!("#[", "allow("),
            concat!("#![", "allow("),
            concat!(", ", "allow("),
        ];
        let silenced = sources().into_iter().flat_map(|(path, text)| {
            let hits = text.lines().enumerate().filter(|(_, line)| {
                let attribute = line.trim_start().starts_with('#');
                silencers.iter().any(|s| line.contains(s)) && (attribute || line.contains("#["))
            });
            hits.map(|(at, _)| format!("{path}:{}", at + 1))
                .collect::<Vec<_>>()
        });
        none(silenced, "silence a lint; use `#[expect(…, reason = \"…\")]`");
    }

    #[test]
    fn every_crate_inherits_the_lints() {
        let own = crates().into_keys().filter(|folder| {
            let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
            let mut lines = manifest
                .lines()
                .map(str::trim)
                .skip_while(|line| *line != "[lints]");
            lines.nth(1) != Some("workspace = true")
        });
        none(own, "do not say `[lints]` `workspace = true`");
    }

    #[test]
    fn arrows_point_one_way() {
        let crates = crates();
        assert!(crates.len() >= 12, "these are not all the crates: {crates:?}");
        let wrong = crates.iter().flat_map(|(folder, uses)| {
            let allowed = arrows_of(folder);
            let against = uses.iter().filter(move |(used, dev)| {
                let every_crate = allowed.contains(&"*") && !used.starts_with("tests/");
                let in_a_test = *dev && FOR_EVERY_TEST.contains(&used.as_str());
                !(every_crate || in_a_test || allowed.contains(&used.as_str()))
            });
            against.map(move |(used, _)| format!("{folder} -> {used}"))
        });
        none(wrong, "are arrows that the architecture does not have");
    }

    #[test]
    fn only_tests_can_take_a_guard_away() {
        let manifests = files(root().as_path(), &|name| name == "Cargo.toml");
        let asking = manifests
            .iter()
            .filter(|(path, text)| text.contains("\"breakable\"") && !path.starts_with("tests/"));
        none(
            asking.map(|(path, _)| path.clone()),
            "ask for postern-core's feature breakable, which is for tests alone",
        );
    }

    #[test]
    fn core_and_functions_name_no_vendor() {
        let mut names: BTreeSet<String> = TRADE_NAMES.map(str::to_owned).into();
        names.extend(
            folders("vendor-adapters")
                .into_iter()
                .filter(|f| !NO_VENDORS.contains(&f.as_str())),
        );
        assert!(names.contains("myq"), "{names:?}");
        let mut places = vec!["core/src".to_owned()];
        places.extend(
            folders("functions")
                .iter()
                .map(|function| format!("functions/{function}/src")),
        );
        let named = places
            .iter()
            .flat_map(|place| files(&root().join(place), &|_| true))
            .flat_map(|(path, text)| {
                let text = text.to_lowercase();
                let hits = names.iter().filter(|name| text.contains(name.as_str()));
                hits.map(|name| format!("{path} ({name})")).collect::<Vec<_>>()
            });
        none(named, "know a vendor by name");
    }

    #[test]
    fn there_is_one_http_and_one_tls_stack() {
        let tree = cargo(&[
            "tree",
            "--workspace",
            "--all-features",
            "--offline",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for line in tree.lines() {
            if let Some((name, version)) = line.split_once(' ') {
                versions
                    .entry(name)
                    .or_default()
                    .insert(version.split(' ').next().unwrap());
            }
        }
        for once in ONCE {
            let found = versions
                .get(once)
                .unwrap_or_else(|| panic!("{once} is not in the tree any more"));
            assert_eq!(found.len(), 1, "{once} is there in several versions: {found:?}");
        }
        let banned = BANNED.iter().filter(|name| versions.contains_key(**name));
        none(
            banned.map(|name| (*name).to_owned()),
            "are in the tree; see `cargo tree -i NAME`",
        );
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

    /// Every Rust file of the repository, by its path from the root.
    fn sources() -> Vec<(String, String)> {
        let sources = files(&root(), &|name| name.ends_with(".rs"));
        assert!(
            sources.len() > 20,
            "these are not all the sources: {}",
            sources.len()
        );
        sources
    }

    /// The files under a folder that `wanted` picks by name, with their text. Hidden folders and build output are left out.
    fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut ahead = vec![folder.to_owned()];
        while let Some(folder) = ahead.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() && !name.starts_with('.') && name != "target" {
                    ahead.push(entry.path());
                } else if kind.is_file() && wanted(&name) {
                    let path = entry.path();
                    let short = path.strip_prefix(root()).unwrap().display().to_string();
                    found.push((
                        short,
                        String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
                    ));
                }
            }
        }
        found.sort();
        found
    }

    /// The names of the folders in a folder of the repository.
    fn folders(folder: &str) -> Vec<String> {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap);
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        folders
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    }

    /// The crates that a crate may build on.
    fn arrows_of(folder: &str) -> &'static [&'static str] {
        let fits = |row: &&(&str, _)| match row.0.strip_suffix("/*") {
            Some(parent) => folder.rsplit_once('/').is_some_and(|(above, _)| above == parent),
            None => row.0 == folder,
        };
        let row = ARROWS.iter().find(fits);
        row.unwrap_or_else(|| panic!("{folder} is new: say in ARROWS what it may build on"))
            .1
    }

    /// Every crate of the workspace by its folder, with those it builds on and whether only its tests do.
    fn crates() -> BTreeMap<String, BTreeSet<(String, bool)>> {
        let metadata = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        let from_root = |path: &str| {
            let path = Path::new(path).canonicalize().unwrap();
            path.strip_prefix(root()).unwrap().display().to_string()
        };
        let packages = metadata["packages"].as_array().unwrap().iter();
        let entry = |package: &Value| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            let uses = package["dependencies"].as_array().unwrap().iter();
            let ours =
                uses.filter_map(|used| Some((from_root(used["path"].as_str()?), used["kind"] == "dev")));
            (
                from_root(manifest.parent().unwrap().to_str().unwrap()),
                ours.collect(),
            )
        };
        packages.map(entry).collect()
    }

    /// What cargo says.
    fn cargo(arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(root())
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }
}
