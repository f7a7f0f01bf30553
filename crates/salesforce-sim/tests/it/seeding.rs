//! The org as it is founded.

use population::{Circumstance, Counts, Population};
use salesforce_sim::Options;
use serde_json::{Value as Json, json};

use crate::world::{Org, empty};

fn org() -> Org {
    Org::new(Options {
        access_token: Some("token".to_owned()),
        ..Options::default()
    })
}

fn id(prefix: &str, index: u32) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let number = index as usize + 1;
    let (high, low) = (
        char::from(digits[number / 62]),
        char::from(digits[number % 62]),
    );
    let short = format!("{prefix}5e00000000{high}{low}");
    short[..15]
        .parse::<salesforce_sim::RecordId>()
        .unwrap()
        .to_string()
}

#[test]
fn the_same_seed_founds_the_same_org() {
    let dump = |seed| {
        Org::new(Options {
            seed,
            leads: 20,
            contacts: 20,
            ..empty()
        })
        .world
        .dump()
    };
    assert_eq!(dump(3), dump(3));
    assert_ne!(dump(3), dump(4));
}

#[test]
fn the_population_stands_behind_the_rows() {
    let mut org = org();
    let options = Options::default();
    let counts = Counts {
        leads: options.leads,
        contacts: options.contacts,
        companies: options.accounts,
        teammates: options.teammates,
    };
    let population = Population::new(options.seed, counts);
    let count = |org: &mut Org, object: &str| {
        org.query(&format!("SELECT COUNT() FROM {object}")).1["totalSize"].clone()
    };
    assert_eq!(count(&mut org, "Lead"), json!(240));
    assert_eq!(count(&mut org, "Contact"), json!(160));
    assert_eq!(count(&mut org, "Account"), json!(60));
    let mut seen = [false; 3];
    for index in 0..60 {
        let persona = population.lead(index);
        let path = format!("sobjects/Lead/{}", id("00Q", index));
        let lead = org.get(&path).1;
        assert_eq!(lead["LastName"], persona.last_name);
        assert_eq!(lead["Email"], json!(persona.salesforce_email));
        assert_eq!(lead["Company"], population.company(persona.company).name);
        assert_eq!(
            lead["IsConverted"],
            matches!(persona.circumstance, Circumstance::Converted { .. })
        );
        match persona.circumstance {
            Circumstance::Twin => {
                seen[0] = true;
                let email = persona.salesforce_email.unwrap();
                let before = org.field(id("00Q", index - 1).parse().unwrap(), "Email");
                assert_eq!(
                    before.as_str().unwrap().to_lowercase(),
                    email.to_lowercase()
                );
            }
            Circumstance::Converted { contact } => {
                seen[1] = true;
                assert_eq!(lead["ConvertedContactId"], id("003", contact));
                assert_eq!(lead["Status"], "Closed - Converted");
            }
            Circumstance::AlsoContact { contact } => {
                seen[2] = true;
                let email = org.field(id("003", contact).parse().unwrap(), "Email");
                let folded = |email: &Json| email.as_str().unwrap().to_lowercase();
                assert_eq!(folded(&email), folded(&lead["Email"]));
            }
            Circumstance::Ordinary
            | Circumstance::IntercomOnly
            | Circumstance::SalesforceOnly
            | Circumstance::NoEmail => {}
        }
    }
    assert_eq!(
        seen, [true; 3],
        "every circumstance that concerns Salesforce was met"
    );
}

#[test]
fn users_roles_and_the_queue_are_there() {
    let mut org = org();
    let inactive = org
        .query("SELECT COUNT() FROM User WHERE IsActive = false")
        .1;
    assert_eq!(inactive["totalSize"], 1);
    let users = org.query("SELECT COUNT() FROM User").1;
    assert_eq!(
        users["totalSize"], 7,
        "one of the eight teammates has no user"
    );
    let with_role = org
        .query("SELECT Name FROM User WHERE UserRole.Name != null")
        .1;
    assert!(with_role["totalSize"].as_u64().unwrap() > 0);
    assert_eq!(
        org.rows("SELECT Name, Type FROM Group"),
        "Inbound Leads|Queue"
    );
    let queued = org
        .query("SELECT COUNT() FROM Lead WHERE Owner.Type = 'Queue'")
        .1;
    assert!(queued["totalSize"].as_u64().unwrap() > 10, "{queued}");
    let roles = org
        .query("SELECT COUNT() FROM OpportunityContactRole WHERE IsPrimary = true")
        .1;
    assert_eq!(roles["totalSize"], 40);
}

#[test]
fn nothing_was_made_after_the_founding() {
    let mut org = org();
    for object in ["Lead", "Contact", "Account", "Opportunity", "Case", "User"] {
        let later = org
            .query(&format!(
                "SELECT COUNT() FROM {object} WHERE SystemModstamp > 2026-06-10T12:00:00Z"
            ))
            .1;
        assert_eq!(later["totalSize"], 0, "{object}");
        let odd = org
            .query(&format!(
                "SELECT Id, CreatedDate, SystemModstamp FROM {object}"
            ))
            .1;
        for row in odd["records"].as_array().unwrap() {
            assert!(
                row["CreatedDate"].as_str() <= row["SystemModstamp"].as_str(),
                "{row}"
            );
        }
    }
}
