//! Promises of `Connections`.

use model::Settings;

use super::rows::{at, connected, org};
use crate::{
    ConnectionState, IntercomProfile, NewConnection, Profile, SealedCredential, Side, Store,
    StoreError,
};

fn named(name: &str) -> NewConnection {
    let mut settings = Settings::default();
    settings.leads.one_click = true;
    NewConnection {
        name: name.to_owned(),
        settings,
    }
}

/// What is created is incomplete, and found by number and by name.
pub async fn a_connection_is_read_back_as_it_was_created(store: &impl Store) {
    let created = store
        .create_connection(&named("acme"), at(1))
        .await
        .unwrap();
    assert_eq!(created.name, "acme");
    assert_eq!(created.state, ConnectionState::Incomplete);
    assert_eq!(created.profile, Profile::default());
    assert_eq!((created.org_id, &created.workspace_id), (None, &None));
    assert!(created.settings.leads.one_click);
    let other = store
        .create_connection(&named("beta"), at(1))
        .await
        .unwrap();
    assert_eq!(
        store.connection(created.id).await.unwrap(),
        Some(created.clone())
    );
    assert_eq!(
        store.connection_named("beta").await.unwrap(),
        Some(other.clone())
    );
    assert_eq!(store.connection_named("gamma").await.unwrap(), None);
    assert_eq!(store.connections().await.unwrap(), [created, other]);
}

/// A second connection of a name is refused.
pub async fn a_name_is_taken_once(store: &impl Store) {
    store
        .create_connection(&named("acme"), at(1))
        .await
        .unwrap();
    let second = store.create_connection(&named("acme"), at(2)).await;
    assert!(matches!(second, Err(StoreError::Taken { .. })));
    assert_eq!(store.connections().await.unwrap().len(), 1);
}

/// The second connection of a workspace is refused and stays as it was.
pub async fn a_workspace_has_one_connection(store: &impl Store) {
    let workspace = "abcd1234".parse().unwrap();
    let mut first = store
        .create_connection(&named("acme"), at(1))
        .await
        .unwrap();
    let mut second = store
        .create_connection(&named("beta"), at(1))
        .await
        .unwrap();
    first.workspace_id = Some("abcd1234".parse().unwrap());
    second.workspace_id = Some("abcd1234".parse().unwrap());
    store.update_connection(&first).await.unwrap();
    store.update_connection(&first).await.unwrap();
    let refused = store.update_connection(&second).await;
    assert!(matches!(refused, Err(StoreError::Taken { .. })));
    let holder = store.connection_of_workspace(&workspace).await.unwrap();
    assert_eq!(holder, Some(first));
    let standing = store.connection(second.id).await.unwrap().unwrap();
    assert_eq!(standing.workspace_id, None);
}

/// An update leaves the settings alone.
pub async fn an_update_replaces_state_profile_org_and_workspace(store: &impl Store) {
    let mut connection = store
        .create_connection(&named("acme"), at(1))
        .await
        .unwrap();
    store
        .put_settings(connection.id, &Settings::default(), connection.settings_rev)
        .await
        .unwrap();
    connection.state = ConnectionState::Reconnect {
        side: Side::Intercom,
        why: "unauthorized".to_owned(),
    };
    connection.profile.intercom = Some(IntercomProfile {
        app: "main".to_owned(),
        api_url: "https://api.intercom.io".to_owned(),
        workspace_name: "Acme".to_owned(),
        installer: "814860".parse().unwrap(),
        installer_name: "Ada".to_owned(),
        timezone: None,
    });
    connection.org_id = Some(org(1));
    connection.workspace_id = Some("abcd1234".parse().unwrap());
    store.update_connection(&connection).await.unwrap();
    connection.settings = Settings::default();
    connection.settings_rev += 1;
    let standing = store.connection(connection.id).await.unwrap();
    assert_eq!(standing, Some(connection));
}

/// A number that was never given away is missing, whatever is asked of it.
pub async fn an_unknown_connection_cannot_be_changed(store: &impl Store) {
    let mut connection = store
        .create_connection(&named("acme"), at(1))
        .await
        .unwrap();
    connection.id.0 += 1;
    let id = connection.id;
    assert_eq!(store.connection(id).await.unwrap(), None);
    let updated = store.update_connection(&connection).await;
    assert!(matches!(updated, Err(StoreError::Missing { .. })));
    let set = store.put_settings(id, &Settings::default(), 1).await;
    assert!(matches!(set, Err(StoreError::Missing { .. })));
    let sealed = store.put_credential(id, Side::Intercom, b"x", None).await;
    assert!(matches!(sealed, Err(StoreError::Missing { .. })));
}

/// Settings are compared and set by their revision.
pub async fn settings_are_replaced_only_at_the_expected_revision(store: &impl Store) {
    let connection = store
        .create_connection(&named("acme"), at(1))
        .await
        .unwrap();
    let (id, first) = (connection.id, connection.settings_rev);
    let second = store
        .put_settings(id, &Settings::default(), first)
        .await
        .unwrap();
    assert_eq!(second, first + 1);
    let late = store.put_settings(id, &named("x").settings, first).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })));
    let standing = store.connection(id).await.unwrap().unwrap();
    assert_eq!(standing.settings, Settings::default());
    assert_eq!(standing.settings_rev, second);
}

/// Of two that refresh a token, one wins; an unconditional one always does.
pub async fn a_credential_is_replaced_only_at_the_expected_revision(store: &impl Store) {
    let id = connected(store, "acme").await;
    let side = Side::Salesforce;
    assert!(store.credential(id, side).await.unwrap().is_none());
    let early = store.put_credential(id, side, b"zero", Some(1)).await;
    assert!(matches!(early, Err(StoreError::Conflict { .. })));
    let first = store.put_credential(id, side, b"one", None).await.unwrap();
    let second = store
        .put_credential(id, side, b"two", Some(first))
        .await
        .unwrap();
    let late = store.put_credential(id, side, b"late", Some(first)).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })));
    let expect = |sealed: &[u8], rev| {
        let sealed = sealed.to_vec();
        Some(SealedCredential { sealed, rev })
    };
    assert!(store.credential(id, side).await.unwrap() == expect(b"two", second));
    let third = store
        .put_credential(id, side, b"three", None)
        .await
        .unwrap();
    assert!(store.credential(id, side).await.unwrap() == expect(b"three", third));
    assert_eq!((first, second, third), (1, 2, 3));
}

/// One side's credential says nothing of the other's.
pub async fn credentials_of_both_sides_are_apart(store: &impl Store) {
    let id = connected(store, "acme").await;
    store
        .put_credential(id, Side::Intercom, b"token", None)
        .await
        .unwrap();
    assert!(
        store
            .credential(id, Side::Salesforce)
            .await
            .unwrap()
            .is_none()
    );
    let sealed = store.credential(id, Side::Intercom).await.unwrap().unwrap();
    assert_eq!(sealed.sealed, b"token");
}
