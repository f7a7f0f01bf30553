use std::collections::{BTreeMap, BTreeSet};

use population::{Circumstance, Counts, LeadStage, Persona, Population};

fn crowd(each: u32) -> Population {
    Population::new(
        11,
        Counts {
            leads: each,
            contacts: each,
            ..Counts::default()
        },
    )
}

fn word(circumstance: Circumstance) -> &'static str {
    match circumstance {
        Circumstance::Ordinary => "ordinary",
        Circumstance::IntercomOnly => "intercom only",
        Circumstance::SalesforceOnly => "salesforce only",
        Circumstance::NoEmail => "no email",
        Circumstance::Twin => "twin",
        Circumstance::Converted { .. } => "converted",
        Circumstance::AlsoContact { .. } => "also contact",
    }
}

fn tally(people: impl Iterator<Item = Persona>) -> BTreeMap<&'static str, usize> {
    let mut counted = BTreeMap::new();
    for persona in people {
        *counted.entry(word(persona.circumstance)).or_default() += 1;
    }
    counted
}

fn folded(email: Option<String>) -> Option<String> {
    email.map(|email| email.to_ascii_lowercase())
}

#[test]
fn a_person_follows_from_seed_kind_and_index() {
    let (one, again) = (crowd(1_000), crowd(1_000));
    let people: Vec<_> = (0..200)
        .map(|index| (one.lead(index), one.contact(index)))
        .collect();
    for index in (0..200).rev() {
        let known = &people[index as usize];
        assert_eq!((again.lead(index), again.contact(index)), *known);
    }
    let elsewhere = Population::new(12, one.counts());
    assert_ne!(elsewhere.lead(0), one.lead(0));
    assert_ne!(elsewhere.contact(0), one.contact(0));
}

#[test]
fn a_seed_means_the_same_people_on_every_machine() {
    let lead = Population::new(1, Counts::default()).lead(3);
    assert_eq!((lead.first_name, lead.last_name), ("Elena", "Ramírez"));
    assert_eq!(
        lead.intercom_email.as_deref(),
        Some("elena.ramirez@upland-software.example")
    );
    assert_eq!(
        lead.salesforce_email.as_deref(),
        Some("elena.ramirez@postbox.example")
    );
    assert_eq!((lead.city, lead.created_days_ago), ("Perth", 216));
}

#[test]
fn the_number_of_leads_changes_nobody() {
    let few = Population::new(
        11,
        Counts {
            leads: 3,
            ..crowd(1_000).counts()
        },
    );
    for index in 0..300 {
        assert_eq!(few.lead(index), crowd(1_000).lead(index));
    }
}

#[test]
fn the_first_twelve_are_cast_by_hand() {
    use Circumstance::{
        AlsoContact, Converted, IntercomOnly, NoEmail, Ordinary, SalesforceOnly, Twin,
    };
    for seed in [0, 1, 99] {
        let world = Population::new(seed, Counts::default());
        let leads: Vec<_> = (0..12)
            .map(|index| world.lead(index).circumstance)
            .collect();
        let contacts: Vec<_> = (0..12)
            .map(|index| world.contact(index).circumstance)
            .collect();
        assert_eq!(
            leads,
            [
                Ordinary,
                Ordinary,
                Twin,
                IntercomOnly,
                NoEmail,
                SalesforceOnly,
                AlsoContact { contact: 6 },
                Converted { contact: 7 },
                Ordinary,
                Twin,
                Twin,
                Ordinary,
            ]
        );
        assert_eq!(
            contacts,
            [
                Ordinary,
                Ordinary,
                IntercomOnly,
                SalesforceOnly,
                NoEmail,
                Ordinary,
                Ordinary,
                Ordinary,
                Ordinary,
                Twin,
                Ordinary,
                Ordinary,
            ]
        );
    }
}

#[test]
fn every_circumstance_has_its_share() {
    let world = crowd(10_000);
    let leads = tally((0..10_000).map(|index| world.lead(index)));
    let contacts = tally((0..10_000).map(|index| world.contact(index)));
    let lead_bands = [
        ("ordinary", 6_700..7_300),
        ("intercom only", 700..900),
        ("salesforce only", 400..600),
        ("no email", 300..500),
        ("twin", 400..600),
        ("converted", 300..500),
        ("also contact", 300..500),
    ];
    for (circumstance, band) in lead_bands {
        assert!(
            band.contains(&leads[circumstance]),
            "{circumstance}: {leads:?}"
        );
    }
    let contact_bands = [
        ("ordinary", 7_500..8_100),
        ("intercom only", 700..900),
        ("salesforce only", 400..600),
        ("no email", 300..500),
        ("twin", 400..600),
    ];
    assert_eq!(contacts.len(), contact_bands.len(), "{contacts:?}");
    for (circumstance, band) in contact_bands {
        assert!(
            band.contains(&contacts[circumstance]),
            "{circumstance}: {contacts:?}"
        );
    }
}

#[test]
fn an_email_has_one_owner_unless_the_circumstance_shares_it() {
    let world = crowd(50_000);
    let mut seen = BTreeSet::new();
    let mut claim = |email: Option<String>| {
        if let Some(email) = email {
            assert!(email.is_ascii() && email.ends_with(".example"), "{email}");
            assert!(seen.insert(email.clone()), "{email} belongs to two");
        }
    };
    for index in 0..50_000 {
        for persona in [world.lead(index), world.contact(index)] {
            let (salesforce, intercom) = (
                folded(persona.salesforce_email),
                folded(persona.intercom_email),
            );
            match persona.circumstance {
                Circumstance::Ordinary => {
                    assert_eq!(salesforce, intercom);
                    claim(intercom);
                }
                Circumstance::IntercomOnly | Circumstance::SalesforceOnly => {
                    assert!(salesforce.is_some() && intercom.is_some());
                    claim(salesforce);
                    claim(intercom);
                }
                Circumstance::NoEmail => {
                    assert_eq!(intercom, None);
                    assert!(salesforce.is_some());
                    claim(salesforce);
                }
                Circumstance::Twin => {
                    assert!(intercom.is_some());
                    claim(intercom);
                }
                Circumstance::Converted { .. } | Circumstance::AlsoContact { .. } => {
                    assert_eq!(salesforce, intercom);
                }
            }
        }
    }
    for index in 0..100 {
        claim(Some(world.teammate(index).email));
    }
}

#[test]
fn a_twin_repeats_the_row_before_it_at_most_twice() {
    let world = crowd(20_000);
    let people: [fn(&Population, u32) -> Persona; 2] = [Population::lead, Population::contact];
    for person in people {
        let mut run = 0;
        let mut longest = 0;
        let mut before = person(&world, 0);
        for index in 1..20_000 {
            let persona = person(&world, index);
            if persona.circumstance == Circumstance::Twin {
                run += 1;
                assert_eq!(persona.salesforce_email, before.salesforce_email);
                assert_eq!(persona.last_name, before.last_name);
                let real = [Circumstance::Ordinary, Circumstance::Twin];
                assert!(real.contains(&before.circumstance));
            } else {
                run = 0;
            }
            longest = longest.max(run);
            before = persona;
        }
        assert_eq!(longest, 2);
    }
}

#[test]
fn a_lead_of_a_contact_is_that_person_and_no_younger() {
    let world = crowd(10_000);
    let mut shared = BTreeSet::new();
    for index in 0..10_000 {
        let lead = world.lead(index);
        if let Circumstance::Converted { contact } | Circumstance::AlsoContact { contact } =
            lead.circumstance
        {
            let known = world.contact(contact);
            assert!(shared.insert(contact), "two leads share contact {contact}");
            assert_eq!(known.circumstance, Circumstance::Ordinary);
            assert_ne!(world.contact(contact + 1).circumstance, Circumstance::Twin);
            assert_eq!(lead.salesforce_email, known.salesforce_email);
            assert_eq!(
                (lead.first_name, lead.company),
                (known.first_name, known.company)
            );
            assert!(lead.created_days_ago >= known.created_days_ago);
        }
    }
    assert!(shared.len() > 600);
}

#[test]
fn without_contacts_no_lead_refers_to_one() {
    let world = Population::new(
        11,
        Counts {
            contacts: 7,
            ..Counts::default()
        },
    );
    assert_eq!(
        world.lead(6).circumstance,
        Circumstance::AlsoContact { contact: 6 }
    );
    let rest = tally((7..2_000).map(|index| world.lead(index)));
    assert!(
        !rest.contains_key("converted") && !rest.contains_key("also contact"),
        "{rest:?}"
    );
}

#[test]
fn attributes_stay_in_their_bounds_and_vary() {
    let world = crowd(2_000);
    let people: Vec<_> = (0..2_000)
        .flat_map(|index| [world.lead(index), world.contact(index)])
        .collect();
    for persona in &people {
        assert!((1..=700).contains(&persona.created_days_ago));
        assert!(persona.company < world.counts().companies);
    }
    let capitals = people.iter().filter(|persona| {
        persona
            .salesforce_email
            .as_ref()
            .is_some_and(|email| email.starts_with(char::is_uppercase))
    });
    assert!((100..600).contains(&capitals.count()));
    let silent = people
        .iter()
        .filter(|persona| persona.phone.is_none())
        .count();
    assert!((500..1_100).contains(&silent));
    for (stage, band) in [
        (LeadStage::New, 1_800..2_200),
        (LeadStage::Working, 1_200..1_500),
        (LeadStage::Unqualified, 500..800),
    ] {
        let there = people
            .iter()
            .filter(|persona| persona.lead_status == stage)
            .count();
        assert!(band.contains(&there), "{stage:?}: {there}");
    }
}

#[test]
fn the_end_of_the_range_can_be_asked() {
    let empty = Counts {
        leads: 0,
        contacts: u32::MAX,
        companies: 0,
        teammates: 0,
    };
    let world = Population::new(u64::MAX, empty);
    for persona in [world.lead(u32::MAX), world.contact(u32::MAX)] {
        assert_eq!((persona.company, persona.owner), (0, 0));
        assert!(persona.salesforce_email.is_some());
    }
    assert!(world.company(u32::MAX).domain.ends_with(".example"));
    assert!(
        world
            .teammate(u32::MAX)
            .email
            .ends_with("@harbourline.example")
    );
}
