use super::*;

fn field(name: &str, children: &[&str]) -> FieldNames {
    FieldNames {
        name: name.to_owned(),
        children: children.iter().map(|child| (*child).to_owned()).collect(),
    }
}

fn schema() -> Vec<FieldNames> {
    vec![
        field("ChangeEventHeader", &["entityName"]),
        field("Name", &["Salutation", "FirstName", "LastName"]),
        field("Phone", &[]),
        field("F3", &[]),
        field("F4", &[]),
        field("F5", &[]),
        field("F6", &[]),
        field("F7", &[]),
        field("F8", &[]),
    ]
}

fn read(entries: &[&str]) -> Result<Vec<String>, String> {
    let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    names(&entries, &schema())
}

#[test]
fn the_lowest_bit_is_the_first_field() {
    assert_eq!(read(&["0x01"]).unwrap(), ["ChangeEventHeader"]);
    assert_eq!(read(&["0x80"]).unwrap(), ["F7"]);
}

#[test]
fn fields_of_nested_records_are_named_with_their_parent() {
    assert_eq!(
        read(&["0x104", "1-0x6"]).unwrap(),
        ["Phone", "F8", "Name.FirstName", "Name.LastName"]
    );
}

#[test]
fn an_odd_number_of_digits_and_small_letters_are_read_alike() {
    assert_eq!(read(&["0x104"]).unwrap(), read(&["0x0104"]).unwrap());
    assert_eq!(read(&["0x0c"]).unwrap(), ["Phone", "F3"]);
    assert_eq!(read(&["0x0C"]).unwrap(), ["Phone", "F3"]);
}

#[test]
fn an_empty_list_names_nothing() {
    assert!(read(&[]).unwrap().is_empty());
    assert!(read(&["0x00"]).unwrap().is_empty());
}

#[test]
fn what_does_not_fit_the_schema_is_said() {
    assert_eq!(
        read(&["0x200"]).unwrap_err(),
        "\"0x200\" points at no field of the schema"
    );
    assert_eq!(
        read(&["1-0x8"]).unwrap_err(),
        "\"1-0x8\" points at no field of the schema"
    );
    assert_eq!(
        read(&["9-0x1"]).unwrap_err(),
        "\"9-0x1\" points at no field of the schema"
    );
    for odd in ["104", "0x", "0xG", "", "0x1 "] {
        assert_eq!(read(&[odd]).unwrap_err(), format!("{odd:?} is no bitmap"));
    }
}
