//! Where people and companies are.

/// A country in the spellings that the two vendors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// English short name.
    pub name: &'static str,
    /// ISO 3166-1 code of two letters.
    pub alpha2: &'static str,
    /// ISO 3166-1 code of three letters.
    pub alpha3: &'static str,
    /// Continent: `AF`, `AS`, `EU`, `NA`, `OC` or `SA`.
    pub continent: &'static str,
}

/// A country with what is needed to live there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) country: Country,
    pub(crate) dialling_code: u16,
    pub(crate) cities: [&'static str; 3],
}

const fn place(
    name: &'static str,
    [alpha2, alpha3, continent]: [&'static str; 3],
    dialling_code: u16,
    cities: [&'static str; 3],
) -> Place {
    Place {
        country: Country {
            name,
            alpha2,
            alpha3,
            continent,
        },
        dialling_code,
        cities,
    }
}

pub(crate) const PLACES: [Place; 24] = [
    place(
        "Argentina",
        ["AR", "ARG", "SA"],
        54,
        ["Buenos Aires", "Córdoba", "Rosario"],
    ),
    place(
        "Australia",
        ["AU", "AUS", "OC"],
        61,
        ["Sydney", "Melbourne", "Perth"],
    ),
    place(
        "Brazil",
        ["BR", "BRA", "SA"],
        55,
        ["São Paulo", "Curitiba", "Recife"],
    ),
    place(
        "Canada",
        ["CA", "CAN", "NA"],
        1,
        ["Toronto", "Montréal", "Vancouver"],
    ),
    place(
        "Denmark",
        ["DK", "DNK", "EU"],
        45,
        ["Copenhagen", "Aarhus", "Odense"],
    ),
    place(
        "France",
        ["FR", "FRA", "EU"],
        33,
        ["Paris", "Lyon", "Nantes"],
    ),
    place(
        "Germany",
        ["DE", "DEU", "EU"],
        49,
        ["Berlin", "Hamburg", "Köln"],
    ),
    place(
        "India",
        ["IN", "IND", "AS"],
        91,
        ["Bengaluru", "Pune", "Chennai"],
    ),
    place(
        "Ireland",
        ["IE", "IRL", "EU"],
        353,
        ["Dublin", "Cork", "Galway"],
    ),
    place(
        "Italy",
        ["IT", "ITA", "EU"],
        39,
        ["Milano", "Torino", "Bologna"],
    ),
    place(
        "Japan",
        ["JP", "JPN", "AS"],
        81,
        ["Tokyo", "Osaka", "Fukuoka"],
    ),
    place(
        "Kenya",
        ["KE", "KEN", "AF"],
        254,
        ["Nairobi", "Mombasa", "Kisumu"],
    ),
    place(
        "Mexico",
        ["MX", "MEX", "NA"],
        52,
        ["Mexico City", "Monterrey", "Guadalajara"],
    ),
    place(
        "Netherlands",
        ["NL", "NLD", "EU"],
        31,
        ["Amsterdam", "Utrecht", "Rotterdam"],
    ),
    place(
        "New Zealand",
        ["NZ", "NZL", "OC"],
        64,
        ["Auckland", "Wellington", "Dunedin"],
    ),
    place(
        "Nigeria",
        ["NG", "NGA", "AF"],
        234,
        ["Lagos", "Abuja", "Ibadan"],
    ),
    place(
        "Poland",
        ["PL", "POL", "EU"],
        48,
        ["Warszawa", "Kraków", "Gdańsk"],
    ),
    place(
        "Singapore",
        ["SG", "SGP", "AS"],
        65,
        ["Singapore", "Jurong East", "Tampines"],
    ),
    place(
        "South Africa",
        ["ZA", "ZAF", "AF"],
        27,
        ["Cape Town", "Johannesburg", "Durban"],
    ),
    place(
        "Spain",
        ["ES", "ESP", "EU"],
        34,
        ["Madrid", "Barcelona", "València"],
    ),
    place(
        "Sweden",
        ["SE", "SWE", "EU"],
        46,
        ["Stockholm", "Göteborg", "Malmö"],
    ),
    place(
        "United Kingdom",
        ["GB", "GBR", "EU"],
        44,
        ["London", "Manchester", "Edinburgh"],
    ),
    place(
        "United States",
        ["US", "USA", "NA"],
        1,
        ["Chicago", "Austin", "Portland"],
    ),
    place(
        "Vietnam",
        ["VN", "VNM", "AS"],
        84,
        ["Hanoi", "Da Nang", "Ho Chi Minh City"],
    ),
];

impl Place {
    /// A number for fiction: North America keeps 555 01xx for it, and its shape serves everywhere.
    pub(crate) fn phone(self, draw: u32) -> String {
        let (area, line) = (200 + draw / 100 % 700, 100 + draw % 100);
        format!("+{} {area} 555 0{line}", self.dialling_code)
    }
}
