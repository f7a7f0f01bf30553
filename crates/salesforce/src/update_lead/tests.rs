use super::*;
use crate::{ApiVersion, Session};

#[test]
fn the_update_and_its_read_back_are_one_call_without_assignment_rules() {
    let session = Session {
        instance_url: "https://acme.my.salesforce.com".parse().unwrap(),
        access_token: "t".into(),
    };
    let fields = BTreeMap::from([
        ("Company".to_owned(), FieldValue::Text("Acme".to_owned())),
        ("Seats__c".to_owned(), FieldValue::Number(3.0)),
        ("Title".to_owned(), FieldValue::Text(String::new())),
    ]);
    let id = "00QD000000QYVhd".parse().unwrap();
    let parts = parts(id, &fields, Duplicates::Refuse);
    let version = ApiVersion::NEWEST;
    let call = composite::call(version, AllOrNone::No, &parts);
    let request = call.request(&session, version).unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        r#"{"allOrNone":false,"compositeRequest":[{"method":"PATCH","url":"/services/data/v67.0/sobjects/Lead/00QD000000QYVhdMAH","referenceId":"lead","body":{"Company":"Acme","Seats__c":3,"Title":""},"httpHeaders":{"Sforce-Auto-Assign":"FALSE","Sforce-Duplicate-Rule-Header":"allowSave=false"}},{"method":"GET","url":"/services/data/v67.0/sobjects/Lead/00QD000000QYVhdMAH?fields=Id,Name,FirstName,LastName,Email,Title,Company,Status,Phone,LeadSource,OwnerId,IsConverted,ConvertedContactId,ConvertedAccountId,IsDeleted,MasterRecordId,CreatedById,CreatedDate,SystemModstamp","referenceId":"shown"}]}"#
    );
    assert_eq!(
        headers(Duplicates::AllowSave),
        [
            ("Sforce-Auto-Assign", "FALSE"),
            ("Sforce-Duplicate-Rule-Header", "allowSave=true")
        ]
    );
}
