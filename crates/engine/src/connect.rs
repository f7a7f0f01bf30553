//! Connecting both sides (I1): the browser's way through OAuth, and the headless one.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{ConnectionId, Timestamp};
use salesforce::auth::Pkce;
use store::{
    Connection, ConnectionState, Entry, IntercomProfile, SalesforceProfile, Side, StoreError,
};
use transport::Secret;
use url::Url;

use crate::clients::{IntercomCredential, SalesforceCredential};
use crate::engine::Engine;
use crate::error::EngineError;

/// A sign-in has to come back within this time.
const SIGN_IN_TIME: Duration = Duration::from_mins(10);

/// Sign-ins under way at most; the oldest is forgotten. Each costs somebody ten minutes at most.
const SIGN_INS_MAX: usize = 1000;

/// Sign-ins under way, by their state.
pub(crate) type PendingSignIns = BTreeMap<String, SignIn>;

/// A sign-in under way.
pub(crate) struct SignIn {
    connection: ConnectionId,
    started_at: Timestamp,
    way: Way,
}

enum Way {
    Intercom { app: String },
    Salesforce { pkce: Pkce, redirect: Url },
}

impl Engine {
    /// Where to send the browser to connect Intercom through the configured app `app`.
    pub async fn begin_intercom(
        &self,
        id: ConnectionId,
        app: &str,
        redirect: &Url,
    ) -> Result<Url, EngineError> {
        self.connection(id).await?;
        let found = self
            .intercom_app(app)
            .ok_or_else(|| EngineError::NoSuchApp(app.to_owned()))?;
        let state = self.begin(
            id,
            Way::Intercom {
                app: app.to_owned(),
            },
        );
        Ok(intercom::auth::authorize_url(found, redirect, &state))
    }

    /// Where to send the browser to connect Salesforce.
    pub async fn begin_salesforce(
        &self,
        id: ConnectionId,
        redirect: &Url,
    ) -> Result<Url, EngineError> {
        self.connection(id).await?;
        let pkce = {
            let mut entropy = self
                .inner
                .entropy
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Pkce::new(entropy.as_mut())
        };
        let verifier = Pkce::from_verifier(pkce.verifier().to_owned());
        let state = self.begin(
            id,
            Way::Salesforce {
                pkce,
                redirect: redirect.clone(),
            },
        );
        let app = &self.inner.apps.salesforce;
        Ok(salesforce::auth::authorize_url(
            app, redirect, &state, &verifier,
        ))
    }

    fn begin(&self, connection: ConnectionId, way: Way) -> String {
        let mut bytes = [0; 32];
        let mut entropy = self
            .inner
            .entropy
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        entropy.fill(&mut bytes);
        drop(entropy);
        let state = URL_SAFE_NO_PAD.encode(bytes);
        let now = self.now();
        let mut pending = self
            .inner
            .sign_ins
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, sign_in| now.since(sign_in.started_at) < SIGN_IN_TIME);
        if pending.len() >= SIGN_INS_MAX
            && let Some(oldest) = pending
                .iter()
                .min_by_key(|(_, it)| it.started_at)
                .map(|(state, _)| state.clone())
        {
            pending.remove(&oldest);
        }
        pending.insert(
            state.clone(),
            SignIn {
                connection,
                started_at: now,
                way,
            },
        );
        state
    }

    /// A state can be used once.
    fn take(&self, state: &str) -> Result<SignIn, EngineError> {
        let mut pending = self
            .inner
            .sign_ins
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let sign_in = pending.remove(state).ok_or(EngineError::UnknownState)?;
        if self.now().since(sign_in.started_at) >= SIGN_IN_TIME {
            return Err(EngineError::UnknownState);
        }
        Ok(sign_in)
    }

    /// The browser came back from Intercom with a code.
    pub async fn finish_intercom(
        &self,
        state: &str,
        code: &str,
    ) -> Result<ConnectionId, EngineError> {
        let sign_in = self.take(state)?;
        let Way::Intercom { app } = sign_in.way else {
            return Err(EngineError::UnknownState);
        };
        let found = self
            .intercom_app(&app)
            .ok_or_else(|| EngineError::NoSuchApp(app.clone()))?;
        let token = intercom::auth::exchange_code(&self.inner.http, found, code).await?;
        self.connect_intercom_token(sign_in.connection, &app, token)
            .await?;
        Ok(sign_in.connection)
    }

    /// The browser came back from Salesforce with a code.
    pub async fn finish_salesforce(
        &self,
        state: &str,
        code: &str,
    ) -> Result<ConnectionId, EngineError> {
        let sign_in = self.take(state)?;
        let Way::Salesforce { pkce, redirect } = sign_in.way else {
            return Err(EngineError::UnknownState);
        };
        let grant = salesforce::auth::exchange_code(
            &self.inner.http,
            &self.inner.apps.salesforce,
            &redirect,
            code,
            &pkce,
            self.inner.apps.loopback,
        )
        .await?;
        self.connect_salesforce(sign_in.connection, grant, None)
            .await?;
        Ok(sign_in.connection)
    }

    /// Connects Intercom with a token that somebody pasted, or that OAuth gave. From then on the
    /// workspace is called where it lives.
    pub async fn connect_intercom_token(
        &self,
        id: ConnectionId,
        app: &str,
        token: Secret,
    ) -> Result<(), EngineError> {
        let found = self
            .intercom_app(app)
            .ok_or_else(|| EngineError::NoSuchApp(app.to_owned()))?;
        let api_url = found.api_url.clone();
        let client = intercom::Client::new(self.inner.http.clone(), api_url.clone(), token.clone());
        let me = client.me().await?;
        let region = me.region.as_deref().and_then(|region| region.parse().ok());
        let api_url = region.map_or_else(
            || api_url.clone(),
            |region| intercom::region::home(&api_url, region),
        );
        // The other side may have been connected while the vendor was asked.
        let _turn = self.inner.connecting.lock().await;
        let mut connection = self.connection(id).await?;
        if connection
            .workspace_id
            .as_ref()
            .is_some_and(|known| *known != me.workspace_id)
        {
            return Err(EngineError::OtherPlace {
                side: Side::Intercom,
            });
        }
        connection.workspace_id = Some(me.workspace_id);
        connection.profile.intercom = Some(IntercomProfile {
            app: app.to_owned(),
            api_url: api_url.to_string(),
            workspace_name: me.workspace_name.clone(),
            installer: me.teammate.id,
            installer_name: me.teammate.name,
            timezone: me.timezone,
        });
        let credential = IntercomCredential {
            token: token.expose().to_owned(),
        };
        self.store_side(connection, Side::Intercom, &credential, &me.workspace_name)
            .await
    }

    /// Connects Salesforce with a refresh token that was obtained elsewhere.
    pub async fn connect_salesforce_refresh_token(
        &self,
        id: ConnectionId,
        refresh_token: Secret,
    ) -> Result<(), EngineError> {
        let app = &self.inner.apps.salesforce;
        let loopback = self.inner.apps.loopback;
        let grant =
            salesforce::auth::refresh(&self.inner.http, app, &refresh_token, loopback).await?;
        self.connect_salesforce(id, grant, Some(refresh_token))
            .await
    }

    async fn connect_salesforce(
        &self,
        id: ConnectionId,
        grant: salesforce::auth::Grant,
        refresh_token: Option<Secret>,
    ) -> Result<(), EngineError> {
        // A fresh token needs no renewal; if even it is refused, that is the answer.
        let renew: salesforce::Renew = std::sync::Arc::new(|_| {
            Box::pin(async { Err(salesforce::SalesforceError::SessionExpired) })
        });
        let session = salesforce::Session {
            instance_url: grant.instance_url.clone(),
            access_token: grant.access_token.clone(),
        };
        let client = salesforce::Client::new(self.inner.http.clone(), session, renew);
        let organization = client.organization().await?;
        // The other side may have been connected while the vendor was asked.
        let _turn = self.inner.connecting.lock().await;
        let mut connection = self.connection(id).await?;
        if connection.org_id.is_some_and(|known| known != grant.org_id) {
            return Err(EngineError::OtherPlace {
                side: Side::Salesforce,
            });
        }
        connection.org_id = Some(grant.org_id);
        connection.profile.salesforce = Some(SalesforceProfile {
            instance_url: grant.instance_url.to_string(),
            login_url: self.inner.apps.salesforce.login_url.to_string(),
            integration_user: grant.user_id,
            org_name: organization.name.clone(),
            is_sandbox: organization.is_sandbox,
        });
        let credential = SalesforceCredential {
            access_token: grant.access_token.expose().to_owned(),
            refresh_token: grant
                .refresh_token
                .or(refresh_token)
                .map(|token| token.expose().to_owned()),
            instance_url: grant.instance_url,
        };
        self.store_side(
            connection,
            Side::Salesforce,
            &credential,
            &organization.name,
        )
        .await
    }

    /// Credentials first, then the connection that says they are there. The caller holds the turn
    /// in which the connection was read.
    async fn store_side<T: serde::Serialize>(
        &self,
        mut connection: Connection,
        side: Side,
        credential: &T,
        place: &str,
    ) -> Result<(), EngineError> {
        let id = connection.id;
        if let Some(workspace) = &connection.workspace_id {
            let holder = self.inner.store.connection_of_workspace(workspace).await?;
            if holder.is_some_and(|holder| holder.id != id) {
                return Err(EngineError::WorkspaceTaken);
            }
        }
        self.seal_credential(id, side, credential, None).await?;
        let both = connection.profile.intercom.is_some() && connection.profile.salesforce.is_some();
        let other_waits = match &connection.state {
            ConnectionState::Reconnect { side: waiting, .. } => *waiting != side,
            ConnectionState::Uninstalled => side != Side::Intercom,
            ConnectionState::Incomplete | ConnectionState::Ready | ConnectionState::Paused => false,
        };
        if !other_waits {
            connection.state = if both {
                ConnectionState::Ready
            } else {
                ConnectionState::Incomplete
            };
        }
        match self.inner.store.update_connection(&connection).await {
            Err(StoreError::Taken { .. }) => return Err(EngineError::WorkspaceTaken),
            other => other?,
        }
        let entry = self.connection_entry(format!("connected to {place}"), "I1");
        self.inner.store.append(id, &[entry]).await?;
        self.forget_refusal(id, side).await?;
        self.forget_clients(id);
        // E4: whatever was missed while the connection was down is looked for now.
        self.inner.wake.notify_waiters();
        Ok(())
    }

    pub(crate) fn connection_entry(&self, text: String, rule: &str) -> Entry {
        Entry {
            key_hash: None,
            subject: "connection".to_owned(),
            at: self.now(),
            kind: "connection".to_owned(),
            rule: rule.to_owned(),
            body: vec![text],
        }
    }
}
