use serde_json::json;

use super::*;
use crate::{Block, Contact, Lead, User};

fn lead_json() -> Value {
    json!({
        "attributes": {"type": "Lead", "url": "/services/data/v67.0/sobjects/Lead/00QD000000QYVhdMAH"},
        "Id": "00QD000000QYVhdMAH", "Name": "Ada Lee", "FirstName": "Ada", "LastName": "Lee",
        "Email": "Ada@acme.io", "Title": null, "Company": "Acme", "Status": "Open - Not Contacted",
        "Phone": "", "LeadSource": "Web", "OwnerId": "00GD000000QYVhd", "IsConverted": false,
        "ConvertedContactId": null, "ConvertedAccountId": null, "IsDeleted": true,
        "MasterRecordId": "00QD000000QYVhe", "CreatedById": "005D000000QYVhd",
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "SystemModstamp": "2026-01-02T03:04:06.000+0000"
    })
}

fn read_json<T: Row>(value: &Value) -> Parsed<T> {
    parse(Source::Json(value.as_object().unwrap()))
}

fn read_csv<T: Row>(cells: &[&str]) -> Parsed<T> {
    let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
    let block = Block::of_csv(&quoted.join(","), cells.len());
    parse(Source::Csv(block.rows().next().unwrap()))
}

#[test]
fn json_and_csv_show_the_same_row() {
    let expected = Lead {
        id: "00QD000000QYVhd".parse().unwrap(),
        name: "Ada Lee".to_owned(),
        first_name: Some("Ada".to_owned()),
        last_name: "Lee".to_owned(),
        email: Some("Ada@acme.io".to_owned()),
        title: None,
        company: Some("Acme".to_owned()),
        status: "Open - Not Contacted".to_owned(),
        phone: None,
        lead_source: Some("Web".to_owned()),
        owner_id: "00GD000000QYVhd".parse().unwrap(),
        is_converted: false,
        converted_contact_id: None,
        converted_account_id: None,
        is_deleted: true,
        master_record_id: Some("00QD000000QYVhe".parse().unwrap()),
        created_by: "005D000000QYVhd".parse().unwrap(),
        created_at: Timestamp::from_seconds(1_767_323_045),
        modified_at: Timestamp::from_seconds(1_767_323_046),
    };
    assert_eq!(read_json::<Lead>(&lead_json()).unwrap(), expected);
    let cells = [
        "00QD000000QYVhdMAH",
        "Ada Lee",
        "Ada",
        "Lee",
        "Ada@acme.io",
        "",
        "Acme",
        "Open - Not Contacted",
        "",
        "Web",
        "00GD000000QYVhd",
        "false",
        "",
        "",
        "true",
        "00QD000000QYVhe",
        "005D000000QYVhd",
        "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:06.000Z",
    ];
    assert_eq!(read_csv::<Lead>(&cells).unwrap(), expected);
}

#[test]
fn an_unreadable_row_names_itself_and_its_column_but_not_the_value() {
    let mut row = lead_json();
    row["OwnerId"] = json!("ada@acme.io");
    assert_eq!(
        read_json::<Lead>(&row).unwrap_err(),
        UnreadableRow {
            object: "Lead",
            id: Some("00QD000000QYVhdMAH".to_owned()),
            why: "OwnerId has an unknown form".to_owned(),
        }
    );
    row["Id"] = Value::Null;
    let error = read_json::<Lead>(&row).unwrap_err();
    assert_eq!((error.id, error.why.as_str()), (None, "Id is missing"));
    assert_eq!(read_json::<Contact>(&row).unwrap_err().object, "Contact");
}

#[test]
fn a_cell_that_is_not_a_single_value_is_not_guessed_at() {
    let mut row = lead_json();
    row["Company"] = json!(["Acme"]);
    assert_eq!(
        read_json::<Lead>(&row).unwrap_err().why,
        "Company is not a single value"
    );
    row["Company"] = json!(12);
    assert_eq!(
        read_json::<Lead>(&row).unwrap().company.as_deref(),
        Some("12")
    );
}

#[test]
fn nul_characters_of_bulk_files_are_dropped() {
    let cells = [
        "005D000000QYVhd",
        "A\0da",
        "",
        "\0",
        "",
        "true",
        "Standard",
        "",
    ];
    let user = read_csv::<User>(&cells).unwrap();
    assert_eq!((user.name.as_str(), user.title), ("Ada", None));
}

#[test]
fn a_parents_field_is_missing_where_the_parent_is() {
    let mut row = json!({
        "Id": "005D000000QYVhd", "Name": "Ada", "Email": null, "Title": null,
        "UserRole": {"attributes": {"type": "UserRole"}, "Name": "Sales"},
        "IsActive": true, "UserType": "Standard", "LastLoginDate": null
    });
    assert_eq!(
        read_json::<User>(&row).unwrap().role.as_deref(),
        Some("Sales")
    );
    row["UserRole"] = Value::Null;
    assert_eq!(read_json::<User>(&row).unwrap().role, None);
}
