//! The files that are shown and shipped.

use postern_adapter_declarative::VendorFile;

/// The guide, in which every key is explained.
pub(crate) const GUIDE: &str = include_str!("../../../../docs/vendors/declarative.md");

/// The complete example of the guide.
pub(crate) fn example() -> &'static str {
    let begin = GUIDE.split_once("```toml\n").unwrap().1;
    begin.split_once("```").unwrap().0
}

#[test]
fn the_example_of_the_guide_is_a_file_without_fault() {
    let file = VendorFile::read("acme.toml", example()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(file.vendor().as_str(), "acme");
    assert_eq!(
        file.setting_names(),
        ["VENDOR_CLIENT_ID", "VENDOR_CLOSE_WARNING_SECONDS"]
    );
    assert_eq!(file.secret_names(), ["VENDOR_API_KEY", "VENDOR_CLIENT_SECRET"]);
    // The same is shipped, for a first deployment.
    assert_eq!(include_str!("../../vendors/acme.toml"), example());
}

#[test]
fn every_file_that_is_shipped_is_without_fault_and_named_for_its_vendor() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vendors");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = VendorFile::read(&name, &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        // The template takes the file by the vendor's name.
        assert_eq!(name, format!("{}.toml", file.vendor()));
        read += 1;
    }
    assert!(read > 0, "there are none");
}

#[test]
fn every_key_that_the_reader_knows_is_in_the_guide() {
    let sections = [
        ("vendor = ", "bogus = 1\nvendor = "),
        ("[oauth]", "[oauth]\nbogus = 1"),
        ("[door]", "[door]\nbogus = 1"),
        ("[list]", "[list]\nbogus = 1"),
        ("[read]", "[read]\nbogus = 1"),
        ("[open]", "[open]\nbogus = 1"),
        ("[state]", "[state]\nbogus = 1"),
        ("[online]", "[online]\nbogus = 1"),
        ("[heard]", "[heard]\nbogus = 1"),
        ("[battery]", "[battery]\nbogus = 1"),
        ("[unattended_open]", "[unattended_open]\nbogus = 1"),
        ("[unattended_close]", "[unattended_close]\nbogus = 1"),
        ("[[errors]]", "[[errors]]\nbogus = 1"),
    ];
    for (header, with_more) in sections {
        let wrong = VendorFile::read("acme.toml", &example().replacen(header, with_more, 1)).unwrap_err();
        let said = wrong.to_string();
        let (_, keys) = said
            .split_once("its keys are: ")
            .unwrap_or_else(|| panic!("{said}"));
        for key in keys.lines().next().unwrap().split(", ") {
            assert!(
                GUIDE.contains(&format!("`{key}`")) || GUIDE.contains(&format!("[{key}]")),
                "{key} of {header} is not explained"
            );
        }
    }
}
