use super::*;

fn lead_id(number: usize) -> LeadId {
    format!("00QD0000{number:07}").parse().unwrap()
}

#[test]
fn a_full_query_fits_into_a_url() {
    let ids: Vec<LeadId> = (0..IDS_MAX).map(lead_id).collect();
    let path = crate::call::query_path("queryAll", &query::<Lead>(&ids).to_string());
    assert!(path.len() < 8 * 1024, "{}", path.len());
    let few = query::<Account>(&[lead_id(1), lead_id(2)]).to_string();
    let (_, rest) = few.split_once(" FROM ").unwrap();
    assert_eq!(
        rest,
        "Account WHERE Id IN ('00QD00000000001MAA', '00QD00000000002MAA')"
    );
}

#[test]
fn each_id_has_an_answer_of_its_own_in_the_order_of_the_question() {
    let [first, second, third] = [lead_id(1), lead_id(2), lead_id(3)];
    let unreadable = UnreadableRow {
        object: "Lead",
        id: Some(second.to_string()),
        why: "Status is missing".to_owned(),
    };
    let rows = vec![Ok((first, "first")), Err(unreadable.clone())];
    let asked = [third, second, first, first];
    assert_eq!(
        in_order(&asked, rows, |row| row.0).unwrap(),
        vec![
            (third, Ok(None)),
            (second, Err(unreadable)),
            (first, Ok(Some((first, "first")))),
            (first, Ok(Some((first, "first")))),
        ]
    );
}

#[test]
fn an_id_does_not_seem_absent_because_its_row_lost_its_name() {
    let nameless = UnreadableRow {
        object: "Lead",
        id: None,
        why: "Id is missing".to_owned(),
    };
    let rows: Vec<Parsed<(LeadId, ())>> = vec![Err(nameless.clone())];
    assert_eq!(in_order(&[lead_id(1)], rows, |row| row.0), Err(nameless));
}
