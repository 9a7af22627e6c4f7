//! What a postal code and a region must be in each country.

use super::Country;
use crate::Invalid;

/// The states of the United States, its district, its territories, and its forces' addresses abroad (USPS Publication 28, appendix B).
const US: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA \
                  RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP";
/// The provinces and territories of Canada (Canada Post, Addressing Guidelines).
const CA: &str = "AB BC MB NB NL NS NT NU ON PE QC SK YT";

impl Country {
    /// Whether this is one of its states, provinces or territories.
    #[must_use]
    pub fn has_region(self, region: &str) -> bool {
        let regions = match self {
            Self::US => US,
            Self::CA => CA,
        };
        regions.split_ascii_whitespace().any(|known| known == region)
    }

    /// A postal code in one spelling: a ZIP code cut to its five digits; a Canadian one in capitals, without the space.
    ///
    /// # Errors
    /// [`Invalid`] for a text that is no postal code of this country.
    pub fn postal_key(self, text: &str) -> Result<String, Invalid> {
        match self {
            Self::US => zip(text).ok_or(Invalid::new(
                "postal_code",
                "a ZIP code such as 10001 or 10001-1234",
            )),
            Self::CA => canadian(text).ok_or(Invalid::new("postal_code", "a postal code such as K1A 0B1")),
        }
    }
}

/// Five digits, or nine with or without a hyphen or a space after the fifth. The lowest that is in use is 00501.
fn zip(text: &str) -> Option<String> {
    let (five, rest) = text.split_at_checked(5)?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let four = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
    let whole = digits(five) && (rest.is_empty() || (four.len() == 4 && digits(four)));
    (whole && five >= "00501").then(|| five.to_owned())
}

/// Letter, digit, letter, a space or hyphen or nothing, digit, letter, digit. No code has D, F, I, O, Q or U, and none begins with W
/// or Z.
fn canadian(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let (area, rest) = upper.split_at_checked(3)?;
    let unit = rest.strip_prefix([' ', '-']).unwrap_or(rest);
    let letter = |b: u8| b.is_ascii_uppercase() && !b"DFIOQU".contains(&b);
    let shape = match (area.as_bytes(), unit.as_bytes()) {
        ([first, digit, second], [low, third, high]) => {
            letter(*first)
                && !b"WZ".contains(first)
                && [*second, *third].into_iter().all(letter)
                && [*digit, *low, *high].iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    shape.then(|| format!("{area}{unit}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_zip_code_is_known_by_its_five_digits_however_its_four_are_written(five in 501_u32..100_000, four in 0_u32..10_000, sign in "[- ]?") {
            let five = format!("{five:05}");
            prop_assert_eq!(Country::US.postal_key(&five), Ok(five.clone()));
            prop_assert_eq!(Country::US.postal_key(&format!("{five}{sign}{four:04}")), Ok(five));
        }

        #[test]
        fn a_canadian_code_is_known_in_any_case_and_with_or_without_its_space(
            code in "[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]", sign in "[- ]?", lower: bool,
        ) {
            let written = format!("{}{sign}{}", &code[..3], &code[3..]);
            let written = if lower { written.to_ascii_lowercase() } else { written };
            prop_assert_eq!(Country::CA.postal_key(&written), Ok(code.clone()));
            prop_assert!(Country::US.postal_key(&written).is_err());
        }

        #[test]
        fn no_canadian_code_has_a_letter_that_none_has(
            code in "[A-Z][0-9][A-Z][0-9][A-Z][0-9]",
        ) {
            let known = code.chars().all(|c| !"DFIOQU".contains(c)) && !code.starts_with(['W', 'Z']);
            prop_assert_eq!(Country::CA.postal_key(&code).is_ok(), known);
        }

        #[test]
        fn no_text_upsets_the_reader_and_what_it_takes_it_takes_again(text in "\\PC{0,12}") {
            for country in [Country::US, Country::CA] {
                if let Ok(key) = country.postal_key(&text) {
                    prop_assert_eq!(country.postal_key(&key), Ok(key.clone()));
                    prop_assert!(matches!(key.len(), 5 | 6));
                }
            }
        }

        #[test]
        fn no_region_is_of_both_countries(region in "[A-Z]{2}") {
            prop_assert!(!(Country::US.has_region(&region) && Country::CA.has_region(&region)));
        }
    }

    #[test]
    fn what_only_looks_like_a_postal_code_is_none() {
        for text in [
            "",
            "1000",
            "10001-123",
            "1-0001",
            "10001--1234",
            "10001 12345",
            "00499",
            "١٠٠٠١",
            "N1G 2W1",
        ] {
            assert!(Country::US.postal_key(text).is_err(), "{text}");
        }
        for text in [
            "",
            "K1A",
            "K1A  0B1",
            "K1A 0B",
            "K1A 0B12",
            "K-1A0B1",
            "KIA 0B1",
            "10001",
            "Ｋ1A 0B1",
        ] {
            assert!(Country::CA.postal_key(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_country_has_its_own_regions() {
        assert!(Country::CA.has_region("ON") && Country::US.has_region("CO") && Country::US.has_region("PR"));
        assert!(
            !Country::CA.has_region("CA") && !Country::US.has_region("ON") && !Country::US.has_region("A")
        );
        assert_eq!(
            (
                US.split_ascii_whitespace().count(),
                CA.split_ascii_whitespace().count()
            ),
            (62, 13)
        );
    }
}
