//! Where things are: positions on the ground, postal addresses, markets.

mod postal;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Invalid, text::Label};

/// A point on the ground, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, try_from = "RawPosition")]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPosition {
    /// Degrees north.
    #[schemars(range(min = -90.0, max = 90.0))]
    latitude: f64,
    /// Degrees east.
    #[schemars(range(min = -180.0, max = 180.0))]
    longitude: f64,
}

impl TryFrom<RawPosition> for Position {
    type Error = Invalid;
    fn try_from(raw: RawPosition) -> Result<Self, Invalid> {
        Self::new(raw.latitude, raw.longitude)
    }
}

impl Position {
    /// A point, refused when it is not on the globe.
    ///
    /// # Errors
    /// [`Invalid`] when the latitude is outside ±90 or the longitude outside ±180 degrees.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Invalid> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(Invalid::new("latitude", "between -90 and 90 degrees"));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(Invalid::new("longitude", "between -180 and 180 degrees"));
        }
        Ok(Self { latitude, longitude })
    }

    /// The great-circle distance to `other`, in metres (haversine on a sphere of 6 371 008.8 m, the mean Earth radius;
    /// off by at most half a per cent, which is a metre at the size of a geofence).
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        const EARTH_RADIUS_M: f64 = 6_371_008.8;
        let (lat_a, lat_b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lon = (other.longitude - self.longitude).to_radians() / 2.0;
        let a = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * a.sqrt().min(1.0).asin()
    }
}

/// Where a handheld says it is, and how sure it is of that.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, try_from = "RawFix")]
pub struct Fix {
    latitude: f64,
    longitude: f64,
    accuracy_m: f64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawFix {
    /// Degrees north.
    #[schemars(range(min = -90.0, max = 90.0))]
    latitude: f64,
    /// Degrees east.
    #[schemars(range(min = -180.0, max = 180.0))]
    longitude: f64,
    /// The radius, in metres, within which the handheld believes it is (68 % confidence, as phones report it).
    #[schemars(range(min = 0.0, max = 100_000.0))]
    accuracy_m: f64,
}

impl TryFrom<RawFix> for Fix {
    type Error = Invalid;
    fn try_from(raw: RawFix) -> Result<Self, Invalid> {
        Self::new(Position::new(raw.latitude, raw.longitude)?, raw.accuracy_m)
    }
}

impl Fix {
    /// A position with its accuracy.
    ///
    /// # Errors
    /// [`Invalid`] when the accuracy is negative or above 100 km.
    pub fn new(position: Position, accuracy_m: f64) -> Result<Self, Invalid> {
        if !(0.0..=100_000.0).contains(&accuracy_m) {
            return Err(Invalid::new("accuracy_m", "between 0 and 100000 metres"));
        }
        Ok(Self {
            latitude: position.latitude,
            longitude: position.longitude,
            accuracy_m,
        })
    }

    /// The point, without its accuracy.
    #[must_use]
    pub const fn position(&self) -> Position {
        Position {
            latitude: self.latitude,
            longitude: self.longitude,
        }
    }

    /// The radius of the point's uncertainty, in metres.
    #[must_use]
    pub const fn accuracy_m(&self) -> f64 {
        self.accuracy_m
    }
}

/// A country that Postern serves. Each market is a deployment of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Country {
    /// The United States.
    US,
    /// Canada.
    CA,
}

/// A postal address in the United States or Canada.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// House number and street.
    pub line1: Label,
    /// Unit or suite, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Label>,
    /// City or town.
    pub city: Label,
    /// State or province, two letters.
    pub region: Region,
    /// ZIP (or ZIP+4) or postal code.
    pub postal_code: Label,
    /// The country.
    pub country: Country,
}

/// An address is private: `Debug` shows the country alone.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "address in {:?}", self.country)
    }
}

impl Address {
    /// The address in one spelling, for looking a household up: upper case, letters and digits only, the ZIP+4 cut to five
    /// digits, every field kept apart.
    ///
    /// # Errors
    /// [`Invalid`] when the postal code or the region is not one of its country's.
    pub fn normalised(&self) -> Result<String, Invalid> {
        let fold = |text: &str| -> String {
            text.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_uppercase)
                .collect()
        };
        let postal = self.country.postal_key(self.postal_code.as_str())?;
        if !self.country.has_region(&self.region.0) {
            return Err(Invalid::new(
                "region",
                "a state of the United States or a province of Canada, as the country is",
            ));
        }
        let line2 = self
            .line2
            .as_ref()
            .map_or_else(String::new, |line| fold(line.as_str()));
        Ok([
            format!("{:?}", self.country),
            self.region.0.clone(),
            postal,
            fold(self.city.as_str()),
            fold(self.line1.as_str()),
            line2,
        ]
        .join("|"))
    }
}

/// A state or province: two capital letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[A-Z]{2}$"))]
pub struct Region(String);

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

impl TryFrom<String> for Region {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(Invalid::new("region", "two capital letters"))
        }
    }
}

/// A language and region in which people are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Locale {
    /// English, United States.
    #[serde(rename = "en-US")]
    EnUs,
    /// English, Canada.
    #[serde(rename = "en-CA")]
    EnCa,
    /// French, Canada.
    #[serde(rename = "fr-CA")]
    FrCa,
    /// Spanish, United States.
    #[serde(rename = "es-US")]
    EsUs,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(line1: &str, postal: &str, country: Country) -> Address {
        Address {
            line1: line1.parse().unwrap(),
            line2: None,
            city: "Guelph".parse().unwrap(),
            region: Region(if country == Country::CA { "ON" } else { "NY" }.into()),
            postal_code: postal.parse().unwrap(),
            country,
        }
    }

    #[test]
    fn one_address_in_two_spellings_is_one_address() {
        let a = address("12 Elm St.", "n1g 2w1", Country::CA);
        let b = address("12  ELM ST", "N1G2W1", Country::CA);
        assert_eq!(a.normalised(), b.normalised());
    }

    #[test]
    fn a_postal_code_of_another_country_is_refused() {
        assert!(address("1 A St", "10001", Country::CA).normalised().is_err());
        assert!(address("1 A St", "N1G 2W1", Country::US).normalised().is_err());
        assert!(address("1 A St", "10001-1234", Country::US).normalised().is_ok());
    }

    #[test]
    fn a_region_of_another_country_is_refused() {
        let mut any = address("1 A St", "10001", Country::US);
        any.region = Region("ON".into());
        assert_eq!(any.normalised().unwrap_err().what, "region");
    }

    #[test]
    fn the_distance_between_two_known_cities_is_right_to_half_a_per_cent() {
        let toronto = Position::new(43.6532, -79.3832).unwrap();
        let ottawa = Position::new(45.4215, -75.6972).unwrap();
        let km = toronto.metres_to(ottawa) / 1000.0;
        assert!((km - 352.0).abs() < 352.0 * 0.006, "{km}");
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_finite_and_zero_to_itself(a in -90.0..90.0_f64, b in -180.0..180.0_f64, c in -90.0..90.0_f64, d in -180.0..180.0_f64) {
            let (p, q) = (Position::new(a, b).unwrap(), Position::new(c, d).unwrap());
            prop_assert!(p.metres_to(q).is_finite());
            prop_assert!((p.metres_to(q) - q.metres_to(p)).abs() < 1e-3);
            prop_assert!(p.metres_to(p) < 1e-6);
        }

        #[test]
        fn no_postal_code_makes_the_reader_panic(code in ".{1,12}") {
            if let Ok(label) = code.parse::<Label>() {
                let mut any = address("1 A St", "10001", Country::US);
                any.postal_code = label;
                let _ = any.normalised();
                any.country = Country::CA;
                let _ = any.normalised();
            }
        }
    }
}
