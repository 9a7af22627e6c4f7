//! No text, however broken, breaks the reader.

use postern_adapter_declarative::VendorFile;
use proptest::prelude::*;

use crate::examples::example;

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = VendorFile::read("any.toml", &text);
    }

    #[test]
    fn no_slip_of_the_pen_makes_the_reader_panic(
        at in 0_usize..3_000,
        cut in 0_usize..40,
        typed in "[ -~é\\n]{0,6}|\\[\\[|\\]|\\{|\\}|= *\"|[*./]{1,4}",
    ) {
        let chars: Vec<char> = example().chars().collect();
        let at = at.min(chars.len());
        let end = (at + cut).min(chars.len());
        let text: String = chars[..at].iter().collect::<String>() + &typed + &chars[end..].iter().collect::<String>();
        // Whatever loads can be asked, and whatever does not says where.
        match VendorFile::read("acme.toml", &text) {
            Ok(file) => drop(file.setting_names()),
            Err(wrong) => prop_assert!(!wrong.complaints.is_empty()),
        }
    }
}
