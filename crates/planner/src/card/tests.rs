// long because: one card for each case, from top to bottom.
//! What a teammate reads beside a conversation.

use insta::assert_snapshot;

use super::*;
use crate::world::{World, short, statements};

/// The card of a text: the world, and `view account`, `page N`, `creating`, `unconfirmed`,
/// `silent`, `unknown` (the contact is), `as-of SECOND`.
fn drawn(text: &str) -> String {
    let mut world = World::default();
    let (mut view, mut page, mut creating) = (None, 0, None);
    let (mut as_of, mut silent, mut unknown) = (None, false, false);
    for mut statement in statements(text) {
        match statement.must().as_str() {
            "view" if statement.flag("account") => view = Some(View::Account),
            "view" if statement.flag("person") => view = Some(View::Person),
            "page" => page = statement.must().parse().unwrap(),
            "creating" => creating = Some(Creating::UnderWay),
            "unconfirmed" => creating = Some(Creating::NotConfirmed),
            "silent" => silent = true,
            "unknown" => unknown = true,
            "as-of" => as_of = Some(Timestamp::from_seconds(statement.must().parse().unwrap())),
            verb => assert!(world.tell(verb, &mut statement), "what is {verb:?}?"),
        }
        statement.end();
    }
    let person = world.facts();
    print(&card(&CardFacts {
        has_email: person.contacts[0].email.is_some(),
        person: (!unknown).then_some(&person),
        view,
        page,
        creating,
        as_of,
        salesforce_silent: silent,
    }))
}

/// The card from top to bottom.
fn print(card: &Card) -> String {
    let Card {
        title,
        subtitle,
        views,
        view,
        lines,
        matches,
        next_page,
        message,
        actions,
        as_of,
    } = card;
    let mut out = vec![title.clone()];
    out.extend(subtitle.clone());
    let tab = |(it, label): &(View, String)| {
        if it == view {
            format!("[{label}]")
        } else {
            label.clone()
        }
    };
    if !views.is_empty() {
        out.push(views.iter().map(tab).collect::<Vec<_>>().join(" "));
    }
    out.extend(
        lines
            .iter()
            .map(|(label, value)| format!("{label}: {value}")),
    );
    out.extend(message.clone());
    for MatchLine {
        record,
        name,
        detail,
        owner,
    } in matches
    {
        let owner = owner.as_deref().unwrap_or("-");
        out.push(format!(
            "* {} {name} ({detail}) {owner}",
            short(record.as_str())
        ));
    }
    out.extend(next_page.map(|page| format!("next page {page}")));
    let action = |action: &Action| match action {
        Action::OpenRecord(id) => format!("<open {}>", short(id.as_str())),
        Action::OpenAccount(id) => format!("<open {}>", short(id.as_str())),
        Action::CreateLead => "<create lead>".to_owned(),
        Action::TakeMatch => "<take one>".to_owned(),
        Action::Unpin => "<unpin>".to_owned(),
        Action::Refresh => "<refresh>".to_owned(),
    };
    out.push(actions.iter().map(action).collect::<Vec<_>>().join(" "));
    out.extend(as_of.map(|at| format!("as of {}", at.as_seconds())));
    out.join("\n")
}

#[test]
fn c2_a_lead_has_name_status_owner_company_and_title() {
    assert_snapshot!(
        drawn(
            "as-of 77; owner 0051 'Bob Ray'; intercom lead ada@acme.io
             lead 00Q1 ada@acme.io status=Open owner=0051 company=Acme title=Countess"
        ),
        @r"
    Ada Byron
    Lead · Open
    [Lead]
    Status: Open
    Owner: Bob Ray
    Company: Acme
    Title: Countess
    <open 00Q1> <refresh>
    as of 77
    "
    );
}

#[test]
fn c2_what_is_empty_has_no_line() {
    assert_snapshot!(drawn("intercom lead ada@acme.io; lead 00Q1 ada@acme.io company='  '"), @r"
    Ada Byron
    Lead
    [Lead]
    <open 00Q1> <refresh>
    ");
}

const CONTACT: &str = "intercom user ada@acme.io; owner 0051 'Bob Ray'; owner 0052 'Cy Dee'
    account 0011 Acme website=https://www.acme.io/about owner=0052 billing=Malta shipping=Chile
    contact 0031 ada@acme.io title=Countess owner=0051 account=0011";

#[test]
fn c2_a_contact_has_name_email_and_account_owner() {
    assert_snapshot!(drawn(CONTACT), @r"
    Ada Byron
    Contact
    [Contact] Account
    Email: ada@acme.io
    Title: Countess
    Account: Acme
    Account owner: Cy Dee
    <open 0031> <refresh>
    ");
}

#[test]
fn c1_the_account_is_a_view_of_its_own() {
    assert_snapshot!(drawn(&format!("{CONTACT}; view account")), @r"
    Acme
    Account
    Contact [Account]
    Domain: acme.io
    Account owner: Cy Dee
    Country: Malta
    <open 0011> <refresh>
    ");
    assert_eq!(drawn(&format!("{CONTACT}; view person")), drawn(CONTACT));
}

#[test]
fn c1_a_contact_without_an_account_has_one_view_whatever_was_chosen() {
    let world = "intercom user ada@acme.io; contact 0031 ada@acme.io; view account";
    assert_snapshot!(drawn(world), @r"
    Ada Byron
    Contact
    [Contact]
    Email: ada@acme.io
    <open 0031> <refresh>
    ");
}

#[test]
fn c2_the_country_is_the_billing_one_else_the_shipping_one() {
    let country = |values: &str| {
        let world =
            "intercom user ada@acme.io; contact 0031 ada@acme.io account=0011; view account";
        let card = drawn(&format!("account 0011 Acme {values}; {world}"));
        card.lines()
            .find_map(|line| line.strip_prefix("Country: "))
            .map(str::to_owned)
    };
    assert_eq!(country("billing=Malta").as_deref(), Some("Malta"));
    assert_eq!(country("shipping=Chile").as_deref(), Some("Chile"));
    assert_eq!(
        country("billing=' ' shipping=Chile").as_deref(),
        Some("Chile")
    );
    assert_eq!(country("").as_deref(), None);
}

#[test]
fn c2_the_domain_is_the_host_of_the_website_without_www() {
    #[rustfmt::skip]
    let table = [
        ("https://www.acme.io/about", Some("acme.io")),
        ("http://acme.io", Some("acme.io")),
        ("WWW.Acme.io?x=1", Some("Acme.io")),
        ("acme.io#top", Some("acme.io")),
        (" acme.io ", Some("acme.io")),
        ("https://ada:secret@shop.acme.io:8443/x", Some("shop.acme.io")),
        ("www2.acme.io", Some("www2.acme.io")),
        ("a.b", Some("a.b")),
        ("åä.io", Some("åä.io")),
        ("https://www.", None),
        ("https:///path", None),
        ("", None),
    ];
    for (website, expected) in table {
        assert_eq!(domain(website), expected, "{website}");
    }
}

#[test]
fn m3_the_leads_beside_a_contact_are_listed() {
    let world = "intercom user ada@acme.io; contact 0031 ada@acme.io
        lead 00Q1 ada@acme.io company=Acme status=Open";
    assert_snapshot!(drawn(world), @r"
    Ada Byron
    Contact
    [Contact]
    Email: ada@acme.io
    Also 1 lead with this email:
    * 00Q1 Ada Byron (Acme · Open) -
    <open 0031> <refresh>
    ");
    assert_snapshot!(drawn(&format!("{world}; lead 00Q2 ada@acme.io")), @r"
    Ada Byron
    Contact
    [Contact]
    Email: ada@acme.io
    Also 2 leads with this email:
    * 00Q1 Ada Byron (Acme · Open) -
    * 00Q2 Ada Byron () -
    <open 0031> <refresh>
    ");
    let account = format!("{CONTACT}; lead 00Q1 ada@acme.io; view account");
    assert!(
        !drawn(&account).contains("00Q1"),
        "the Account's view is the Account's"
    );
}

#[test]
fn m4_several_leads_are_counted_and_listed() {
    assert_snapshot!(
        drawn(
            "owner 0051 'Bob Ray'; intercom user ada@acme.io
             lead 00Q1 ada@acme.io company=Acme status=Open owner=0051
             lead 00Q2 ada@acme.io name='A. Byron' status=Closed"
        ),
        @r"
    Multiple matches found
    2 leads in Salesforce have this email address, so none is chosen.
    * 00Q1 Ada Byron (Acme · Open) Bob Ray
    * 00Q2 A. Byron (Closed) -
    <take one> <refresh>
    "
    );
}

#[test]
fn m5_several_contacts_are_counted_and_listed() {
    assert_snapshot!(
        drawn(
            "owner 0051 'Bob Ray'; account 0011 Acme; intercom user ada@acme.io
             lead 00Q1 ada@acme.io
             contact 0031 ada@acme.io account=0011 title=Countess owner=0051
             contact 0032 ada@acme.io"
        ),
        @r"
    Multiple matches found
    2 contacts in Salesforce have this email address, so none is chosen.
    * 0031 Ada Byron (Acme · Countess) Bob Ray
    * 0032 Ada Byron () -
    <take one> <refresh>
    "
    );
}

#[test]
fn c6_an_empty_page_of_matches_offers_none() {
    let world = "intercom user ada@acme.io; lead 00Q1 ada@acme.io; lead 00Q2 ada@acme.io; page 1";
    assert_snapshot!(drawn(world), @r"
    Multiple matches found
    2 leads in Salesforce have this email address, so none is chosen.
    <refresh>
    ");
}

#[test]
fn m9_a_pinned_record_says_so_and_can_be_let_go() {
    assert_snapshot!(
        drawn("intercom user ada@acme.io; lead 00Q1 king@acme.io status=Open; pinned 00Q1"),
        @r"
    Ada Byron
    Lead · Open · Pinned by a teammate
    [Lead]
    Status: Open
    <open 00Q1> <unpin> <refresh>
    "
    );
    let pinned = format!("{CONTACT}; lead 00Q1 ada@acme.io company=Acme status=Open; pinned 0031");
    assert_snapshot!(drawn(&pinned), @r"
    Ada Byron
    Contact · Pinned by a teammate
    [Contact] Account
    Email: ada@acme.io
    Title: Countess
    Account: Acme
    Account owner: Cy Dee
    Also 1 lead with this email:
    * 00Q1 Ada Byron (Acme · Open) -
    <open 0031> <unpin> <refresh>
    ");
    assert_eq!(
        drawn(&format!("{pinned}; view account")),
        drawn(&format!("{CONTACT}; view account"))
    );
}

#[test]
fn m9_a_line_of_several_says_whose_record_it_is() {
    let world = "owner 0051 'Bob Ray'; owner 0052 ''; account 0011 Acme; intercom user ada@acme.io
        lead 00Q1 ada@acme.io company=Initech status=Open owner=0051
        lead 00Q2 ada@acme.io owner=0052
        contact 0031 ada@acme.io account=0011 title=Countess name=Ada";
    let lines: Vec<MatchLine> = crate::world::facts(world)
        .records
        .iter()
        .map(match_line)
        .collect();
    let line = |id: &str, name: &str, detail: &str, owner: Option<&str>| MatchLine {
        record: crate::world::expanded(id).parse().unwrap(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        owner: owner.map(str::to_owned),
    };
    assert_eq!(
        lines,
        [
            line("00Q1", "Ada Byron", "Initech · Open", Some("Bob Ray")),
            line("00Q2", "Ada Byron", "", None),
            line("0031", "Ada", "Acme · Countess", None),
        ]
    );
}

#[test]
fn c6_matches_come_nine_a_page() {
    let listed = |leads: usize, page: usize| {
        let mut world = vec![
            "intercom user ada@acme.io".to_owned(),
            format!("page {page}"),
        ];
        world.extend((1..=leads).map(|number| format!("lead 00Q{number} ada@acme.io")));
        let card = drawn(&world.join("; "));
        let is_match = |line: &&str| line.starts_with("* ") || line.starts_with("next");
        let first = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
        let lines: Vec<&str> = card.lines().filter(is_match).collect();
        let matches = lines.iter().filter(|line| line.starts_with("* ")).count();
        let next = lines.iter().find(|line| line.starts_with("next"));
        (
            matches,
            lines.first().map(|line| first(line)),
            next.map(|line| (*line).to_owned()),
        )
    };
    let at = |id: &str| Some(id.to_owned());
    assert_eq!(listed(9, 0), (9, at("00Q1"), None));
    assert_eq!(listed(10, 0), (9, at("00Q1"), at("next page 1")));
    assert_eq!(listed(10, 1), (1, at("00Q10"), None));
    assert_eq!(listed(19, 1), (9, at("00Q10"), at("next page 2")));
    assert_eq!(listed(10, 7), (0, None, None));
    assert_eq!(listed(10, usize::MAX), (0, None, None));
}

#[test]
fn c6_nobody_matches_and_a_lead_can_be_created() {
    let expected = "Not in Salesforce\nNo lead or contact has this email address.\n\
        <create lead> <refresh>";
    assert_eq!(drawn("intercom user ada@acme.io"), expected);
    assert_eq!(drawn("intercom user ada@acme.io; unknown"), expected);
}

#[test]
fn m0_without_an_email_the_card_says_why_nothing_matches() {
    assert_snapshot!(drawn("intercom user"), @r"
    Not in Salesforce
    Without an email address this contact matches nothing in Salesforce.
    <create lead> <refresh>
    ");
}

#[test]
fn l6_while_a_creation_is_not_settled_there_is_no_second_one() {
    assert_snapshot!(drawn("intercom user ada@acme.io; creating"), @r"
    Not in Salesforce
    The lead is being created.
    <refresh>
    ");
    assert_snapshot!(drawn("intercom user ada@acme.io; unconfirmed; silent"), @r"
    Not in Salesforce
    Salesforce has not confirmed yet whether the lead was created. Carrick keeps looking and will not create it twice. Salesforce does not answer right now; this is what it showed last.
    <refresh>
    ");
    let created = drawn("intercom user ada@acme.io; lead 00Q1 ada@acme.io; creating");
    assert!(
        created.starts_with("Ada Byron\nLead"),
        "a match is shown, whatever is under way"
    );
}

#[test]
fn c7_a_silent_salesforce_is_said_and_the_last_values_are_shown() {
    assert_snapshot!(drawn("intercom lead ada@acme.io; lead 00Q1 ada@acme.io status=Open; silent"), @r"
    Ada Byron
    Lead · Open
    [Lead]
    Status: Open
    Salesforce does not answer right now; this is what it showed last.
    <open 00Q1> <refresh>
    ");
}

#[test]
fn c4_a_converted_lead_shows_the_contact_and_account_that_it_became() {
    let world = "intercom user ada@acme.io; account 0011 Acme website=acme.io
        converted 00Q1 ada@acme.io name='Ada King' into 0031
        contact 0031 countess@acme.io account=0011";
    assert_snapshot!(drawn(world), @"
    Ada Byron
    Contact
    [Contact] Account
    Email: countess@acme.io
    Account: Acme
    Converted from: lead Ada King
    <open 0031> <refresh>
    ");
    assert_snapshot!(drawn(&format!("{world}; view account")), @"
    Acme
    Account
    Contact [Account]
    Domain: acme.io
    <open 0011> <refresh>
    ");
    // So does one that a teammate pinned, whatever its email is.
    let pinned = world.replace("ada@acme.io name", "king@acme.io name");
    assert!(drawn(&format!("{pinned}; pinned 00Q1")).contains("Converted from: lead Ada King"));
}

#[test]
fn c4_only_leads_that_became_this_contact_are_named_each_name_once() {
    let world = "intercom user ada@acme.io; contact 0031 ada@acme.io
        converted 00Q1 ada@acme.io name='Ada King' into 0031
        converted 00Q2 ada@acme.io name=Ada into 0031
        converted 00Q3 ada@acme.io name=Ada into 0031
        converted 00Q4 ada@acme.io name=Zoe into 0032; converted 00Q5 ada@acme.io name=Eve
        merged 00Q6 ada@acme.io into 0031; lead 00Q7 ada@acme.io name=Ann";
    let card = drawn(world);
    assert!(
        card.contains("\nConverted from: lead Ada and Ada King\n"),
        "{card}"
    );
}

const SHOWING: &str = "intercom user ada@acme.io; link c1 00Q2 key ID=00Q2/00Q2";

#[test]
fn m4_the_card_says_whose_values_stay_while_none_is_chosen() {
    let leads = "lead 00Q1 ada@acme.io; lead 00Q2 ada@acme.io name='A. Byron'";
    assert_snapshot!(drawn(&format!("{SHOWING}; {leads}")), @"
    Multiple matches found
    2 leads in Salesforce have this email address, so none is chosen. The values in Intercom are those of A. Byron and are not kept current.
    * 00Q1 Ada Byron () -
    * 00Q2 A. Byron () -
    <take one> <refresh>
    ");
    let says = |world: &str| drawn(world).contains("The values in Intercom");
    // Nothing is said where the contact shows nothing, or something of a record that left.
    assert!(!says(&format!("intercom user ada@acme.io; {leads}")));
    assert!(!says(&format!(
        "intercom user ada@acme.io; link c1 00Q2 created; {leads}"
    )));
    assert!(!says(&format!(
        "intercom user ada@acme.io; link c9 00Q2 key ID=00Q2/00Q2; {leads}"
    )));
    assert!(!says(&format!(
        "intercom user ada@acme.io; link c1 00Q9 key ID=00Q9/00Q9; {leads}"
    )));
    assert!(!says(&format!("{SHOWING}; lead 00Q2 ada@acme.io")));
}

#[test]
fn m5_the_card_says_whose_values_stay_or_that_what_agrees_is_kept_current() {
    let world = "intercom user ada@acme.io; link c1 0032 key ID=0032/0032
        contact 0031 ada@acme.io; contact 0032 ada@acme.io name='A. Byron'";
    assert_snapshot!(drawn(world), @"
    Multiple matches found
    2 contacts in Salesforce have this email address, so none is chosen. The values in Intercom are those of A. Byron and are not kept current.
    * 0031 Ada Byron () -
    * 0032 A. Byron () -
    <take one> <refresh>
    ");
    assert_snapshot!(drawn(&format!("{world}; what-agrees")), @"
    Multiple matches found
    2 contacts in Salesforce have this email address, so none is chosen. Values in Intercom are kept current where all of them agree.
    * 0031 Ada Byron () -
    * 0032 A. Byron () -
    <take one> <refresh>
    ");
    let off = drawn(&format!("{world}; what-agrees; attributes off"));
    assert!(!off.contains("in Intercom"), "{off}");
}

#[test]
fn m0_a_crowded_person_is_counted_and_offers_nothing() {
    let world = "crowded contacts=9 records=1; intercom user ada@acme.io
        lead 00Q1 ada@acme.io; contact 0031 ada@acme.io; lead 00Q2 ada@acme.io";
    assert_snapshot!(drawn(world), @"
    Too many matches
    1 contact in Intercom and 3 records in Salesforce share this email address. Nothing is matched until an admin allows it in the settings.
    <refresh>
    ");
    assert_snapshot!(
        drawn("intercom user ada@acme.io; crowd contacts=12 records=3000; allow ada@acme.io"),
        @"
    Too many matches
    12 contacts in Intercom and 3000 records in Salesforce share this email address. That is more than can be matched.
    <refresh>
    "
    );
    assert!(drawn(&format!("{world}; allow ada@acme.io")).starts_with("Ada Byron\nContact"));
}

#[test]
fn m8_a_record_that_is_not_shown_any_more_is_told() {
    let lead = "intercom user ada@acme.io; lead 00Q1 ada@acme.io status=Open; hidden 00Q1";
    assert_snapshot!(drawn(lead), @"
    Ada Byron
    Lead · Open
    [Lead]
    Status: Open
    Salesforce does not show Ada Byron any more; these are the values as last seen.
    <open 00Q1> <refresh>
    ");
    let several = "intercom user ada@acme.io; contact 0031 ada@acme.io name=Ada; hidden 0031
        contact 0032 ada@acme.io name=Bea; contact 0033 ada@acme.io name=Cy; hidden 0033";
    assert_snapshot!(drawn(several), @"
    Multiple matches found
    3 contacts in Salesforce have this email address, so none is chosen. Salesforce does not show Ada and Cy any more; these are the values as last seen.
    * 0031 Ada () -
    * 0032 Bea () -
    * 0033 Cy () -
    <take one> <refresh>
    ");
    // A record that is not of the match is not of interest here.
    let other = "intercom user ada@acme.io; lead 00Q1 ada@acme.io; converted 00Q2 ada@acme.io";
    assert_eq!(drawn(&format!("{other}; hidden 00Q2")), drawn(other));
}

#[test]
fn m8_m3_what_is_said_stands_before_the_list() {
    let world = "intercom user ada@acme.io; contact 0031 ada@acme.io; hidden 0031
        lead 00Q1 ada@acme.io; silent";
    assert_snapshot!(drawn(world), @"
    Ada Byron
    Contact
    [Contact]
    Email: ada@acme.io
    Salesforce does not show Ada Byron any more; these are the values as last seen. Salesforce does not answer right now; this is what it showed last. Also 1 lead with this email:
    * 00Q1 Ada Byron () -
    <open 0031> <refresh>
    ");
}

/// A card of Lead 00Q1, whose contact's owner was put back so many seconds ago.
fn owned(owner: &str, put_back: &str) -> String {
    drawn(&format!(
        "maintain; teammate 7 Bob email=bob@org.io; owner 0051 Bob email=bob@org.io
         lead 00Q1 ada@acme.io owner=0051; intercom user ada@acme.io owner={owner}
         link c1 00Q1 key owner=7/7 put-back={put_back}"
    ))
}

#[test]
fn o5_the_card_says_that_a_change_of_the_owner_was_put_back() {
    assert_snapshot!(owned("7", "owner:999000"), @"
    Ada Byron
    Lead
    [Lead]
    Owner: Bob
    The owner follows Salesforce: 1 change made here was put back.
    <open 00Q1> <refresh>
    ");
    let last = |card: &str| {
        let line = card
            .lines()
            .find(|line| line.starts_with("The owner follows"));
        line.map(str::to_owned)
    };
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(
        last(&owned("7", "owner:996400,996401,999999")),
        said("The owner follows Salesforce: 2 changes made here were put back.")
    );
    assert_eq!(last(&owned("7", "owner:1,996400")), None);
    assert_eq!(last(&owned("7", "STATUS:999999")), None);
}

#[test]
fn o5_the_card_says_that_the_owner_is_left_after_so_many_changes() {
    let five = "owner:999000,999100,999200,999300,999400";
    assert_snapshot!(owned("9", five), @"
    Ada Byron
    Lead
    [Lead]
    Owner: Bob
    The owner follows Salesforce, but it was changed here again and again. After 5 changes within an hour it is left as it is until it changes in Salesforce.
    <open 00Q1> <refresh>
    ");
    // Somebody has set the right one since.
    assert!(owned("7", five).contains("5 changes made here were put back"));
}

#[test]
fn o5_nothing_is_said_of_owners_that_are_not_maintained_or_of_other_peoples() {
    let put_back = "put-back=owner:999999";
    let lead = "intercom user ada@acme.io; lead 00Q1 ada@acme.io";
    let maintained = format!("maintain; {lead}");
    for quiet in [
        format!("{lead}; link c1 00Q1 key owner=7/7 {put_back}"),
        format!("{maintained}; link c9 00Q1 key owner=7/7 {put_back}"),
        format!("{maintained}; link c1 00Q1 key owner=7/7 {put_back}; lead 00Q2 ada@acme.io"),
    ] {
        assert!(!drawn(&quiet).contains("owner follows"), "{quiet}");
    }
    let account =
        format!("{CONTACT}; view account; maintain; link c1 0031 key owner=7/7 {put_back}");
    assert!(!drawn(&account).contains("owner follows"));
    let of_contact = account.replace("view account", "view person");
    assert!(drawn(&of_contact).contains("owner follows"));
}
