//! The two clients of a connection, built from its sealed credentials.

use std::sync::{Arc, PoisonError};

use model::{ConnectionId, sf};
use salesforce::{SalesforceError, Session};
use serde::{Deserialize, Serialize};
use store::{Connection, ConnectionState, Side, StoreError};
use transport::Secret;
use url::Url;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::uninstall;

/// The clients of one connection, and what of its profile every call needs.
pub(crate) struct Clients {
    pub(crate) intercom: intercom::Client,
    pub(crate) salesforce: salesforce::Client,
    pub(crate) org: sf::OrgId,
    pub(crate) integration_user: sf::UserId,
}

/// What is sealed for Intercom.
#[derive(Serialize, Deserialize)]
pub(crate) struct IntercomCredential {
    pub(crate) token: String,
}

/// What is sealed for Salesforce. The session can be renewed; the refresh token cannot.
#[derive(Serialize, Deserialize)]
pub(crate) struct SalesforceCredential {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) instance_url: Url,
}

impl Engine {
    /// The clients of a connection that is ready; kept until a credential changes.
    pub(crate) async fn clients(&self, id: ConnectionId) -> Result<Arc<Clients>, EngineError> {
        let kept = || {
            self.inner
                .clients
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(clients) = kept().get(&id) {
            return Ok(Arc::clone(clients));
        }
        loop {
            let revisions = self.credential_revisions(id).await?;
            let connection = self.connection(id).await?;
            let clients = Arc::new(self.build_clients(&connection).await?);
            // Somebody reconnected while they were built: once more, from the new credentials.
            if self.credential_revisions(id).await? == revisions {
                kept().insert(id, Arc::clone(&clients));
                return Ok(clients);
            }
        }
    }

    async fn credential_revisions(
        &self,
        id: ConnectionId,
    ) -> Result<[Option<i64>; 2], EngineError> {
        let store = &self.inner.store;
        let intercom = store.credential(id, Side::Intercom).await?;
        let salesforce = store.credential(id, Side::Salesforce).await?;
        Ok([intercom, salesforce].map(|credential| credential.map(|it| it.rev)))
    }

    /// Forgets clients whose credentials changed.
    pub(crate) fn forget_clients(&self, id: ConnectionId) {
        self.inner
            .clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }

    async fn build_clients(&self, connection: &Connection) -> Result<Clients, EngineError> {
        if let ConnectionState::Reconnect { side, why } = &connection.state {
            return Err(EngineError::Reconnect {
                side: *side,
                why: why.clone(),
            });
        }
        if connection.state == ConnectionState::Uninstalled {
            return Err(EngineError::Reconnect {
                side: Side::Intercom,
                why: uninstall::WHY.to_owned(),
            });
        }
        let id = connection.id;
        let missing = |side| EngineError::NotConnected { side };
        let profile = &connection.profile;
        let of_intercom = profile.intercom.as_ref().ok_or(missing(Side::Intercom))?;
        let of_salesforce = profile
            .salesforce
            .as_ref()
            .ok_or(missing(Side::Salesforce))?;
        let org = connection.org_id.ok_or(missing(Side::Salesforce))?;
        let (credential, _) = self
            .open_credential::<IntercomCredential>(id, Side::Intercom)
            .await?;
        let api_url = Url::parse(&of_intercom.api_url)
            .map_err(|_| EngineError::NoSuchApp(of_intercom.app.clone()))?;
        let intercom =
            intercom::Client::new(self.inner.http.clone(), api_url, credential.token.into());
        let (credential, _) = self
            .open_credential::<SalesforceCredential>(id, Side::Salesforce)
            .await?;
        let session = Session {
            instance_url: credential.instance_url,
            access_token: credential.access_token.into(),
        };
        let engine = self.clone();
        let renew: salesforce::Renew = Arc::new(move |stale| {
            let engine = engine.clone();
            // In a task of its own: a caller that gives up must not lose a rotated token.
            let work = tokio::spawn(async move { engine.renew_session(id, stale.0).await });
            Box::pin(async move {
                match work.await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(SalesforceError::SessionExpired),
                }
            })
        });
        let salesforce = salesforce::Client::new(self.inner.http.clone(), session, renew);
        Ok(Clients {
            intercom,
            salesforce,
            org,
            integration_user: of_salesforce.integration_user,
        })
    }

    /// Whether the stored credential of a side is accepted; what time can cure counts as accepted.
    async fn still_works(&self, id: ConnectionId, side: Side) -> bool {
        let Ok(clients) = self.clients(id).await else {
            return false;
        };
        let retry = match side {
            Side::Intercom => clients
                .intercom
                .me()
                .await
                .map_err(|it| it.retry_when())
                .err(),
            Side::Salesforce => {
                let asked = clients.salesforce.organization().await;
                asked.map_err(|it| it.retry_when()).err()
            }
        };
        retry != Some(transport::RetryWhen::Reconnected)
    }

    /// Opens a side's credential; also its revision, for compare-and-set.
    pub(crate) async fn open_credential<T: for<'de> Deserialize<'de>>(
        &self,
        id: ConnectionId,
        side: Side,
    ) -> Result<(T, i64), EngineError> {
        let stored = self.inner.store.credential(id, side).await?;
        let stored = stored.ok_or(EngineError::NotConnected { side })?;
        let text = self.inner.key.open(id, side, &stored.sealed)?;
        let credential =
            serde_json::from_str(&text).map_err(|_| crate::seal::SealError::Unreadable)?;
        Ok((credential, stored.rev))
    }

    /// Seals and stores a side's credential.
    pub(crate) async fn seal_credential<T: Serialize>(
        &self,
        id: ConnectionId,
        side: Side,
        credential: &T,
        expected_rev: Option<i64>,
    ) -> Result<i64, StoreError> {
        let text = serde_json::to_string(credential).expect("credentials are plain texts");
        let sealed = self.inner.key.seal(id, side, &text);
        self.inner
            .store
            .put_credential(id, side, &sealed, expected_rev)
            .await
    }

    /// Gets a new session after the stale one was refused. The rotated refresh token is stored
    /// before the session is used; a session that somebody stored meanwhile is taken as it is.
    async fn renew_session(
        &self,
        id: ConnectionId,
        stale: Secret,
    ) -> Result<Session, SalesforceError> {
        // One renewal of a connection at a time, whichever client asks: a refresh token that is
        // presented twice can cost the whole grant.
        let turn = {
            let mut turns = self
                .inner
                .renewing
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(id).or_default())
        };
        let _turn = turn.lock().await;
        let failed = |because: String| SalesforceError::NotRenewed {
            retry: transport::RetryWhen::Later { not_before: None },
            because,
        };
        let opened = self
            .open_credential::<SalesforceCredential>(id, Side::Salesforce)
            .await;
        let (credential, rev) = opened.map_err(|error| failed(error.to_string()))?;
        if credential.access_token != stale.expose() {
            return Ok(Session {
                instance_url: credential.instance_url,
                access_token: credential.access_token.into(),
            });
        }
        let Some(refresh_token) = credential.refresh_token else {
            return Err(SalesforceError::SessionExpired);
        };
        let grant = salesforce::auth::refresh(
            &self.inner.http,
            &self.inner.apps.salesforce,
            &refresh_token.as_str().into(),
            self.inner.apps.loopback,
        )
        .await?;
        let renewed = SalesforceCredential {
            access_token: grant.access_token.expose().to_owned(),
            refresh_token: Some(match &grant.refresh_token {
                Some(rotated) => rotated.expose().to_owned(),
                None => refresh_token,
            }),
            instance_url: grant.instance_url.clone(),
        };
        self.seal_credential(id, Side::Salesforce, &renewed, Some(rev))
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Session {
            instance_url: grant.instance_url,
            access_token: grant.access_token,
        })
    }

    /// Pauses a connection whose credential was refused (E4). Webhooks are still kept. The call
    /// that was refused may have been begun before somebody reconnected, so what is stored now is
    /// tried once more.
    pub(crate) async fn needs_reconnect(&self, id: ConnectionId, side: Side, why: &str) {
        self.forget_clients(id);
        if self.still_works(id, side).await {
            return;
        }
        let _turn = self.inner.connecting.lock().await;
        let Ok(mut connection) = self.connection(id).await else {
            return;
        };
        let stopped = matches!(
            connection.state,
            ConnectionState::Reconnect { .. } | ConnectionState::Uninstalled
        );
        if stopped {
            return;
        }
        connection.state = ConnectionState::Reconnect {
            side,
            why: why.to_owned(),
        };
        let entry = self.connection_entry(format!("paused until it is reconnected: {why}"), "E4");
        let stored = async {
            self.tell_of_refusal(id, side).await?;
            self.inner.store.update_connection(&connection).await?;
            Ok::<_, EngineError>(self.inner.store.append(id, &[entry]).await?)
        };
        if let Err(error) = stored.await {
            tracing::error!(connection.id = %id, %error, "a refused credential was not noted");
        }
        self.forget_clients(id);
    }
}
