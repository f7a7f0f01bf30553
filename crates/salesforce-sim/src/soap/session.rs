//! `login`, `logout`, `getUserInfo` and `getServerTimestamp`.

use model::Entropy;

use super::envelope::{Message, Reply};
use super::{Dialect, Fault};
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

/// All that is ever said about a log-in that failed.
const LOGIN_FAILED: &str = "Invalid username, password, security token; or user locked out.";

impl World {
    pub(super) fn login(
        &mut self,
        dialect: Dialect,
        message: &Message,
        entropy: &mut dyn Entropy,
    ) -> Result<Reply, Fault> {
        let failed = || Fault::api("INVALID_LOGIN", LOGIN_FAILED);
        let scope = message.header.at(&["LoginScopeHeader", "organizationId"]);
        let scope = scope.map(|id| id.text.trim()).filter(|id| !id.is_empty());
        if scope.is_some_and(|id| id.parse() != Ok(self.org())) {
            return Err(failed());
        }
        let sent = |name| message.operation.child(name).map_or("", |part| &part.text);
        let (user, session) = self
            .soap_login(sent("username"), sent("password"), entropy)
            .ok_or_else(failed)?;
        let instance = self.instance_url();
        let org = self.org().short().to_string();
        let url = |kind: char| {
            let version = dialect.version;
            format!("{instance}/services/Soap/{kind}/{version}.0/{org}")
        };
        let schema = self.records.schema_of(Object::Organization);
        let org_row = self.records.tables.find(self.org());
        let is_sandbox = org_row.is_some_and(|org| org.flag(schema, "IsSandbox"));
        let mut reply = Reply::to("login");
        reply.element("result", |reply| {
            reply.value("metadataServerUrl", &url('m'));
            reply.value("passwordExpired", "false");
            reply.value("sandbox", &is_sandbox.to_string());
            reply.value("serverUrl", &url(dialect.kind.letter()));
            reply.value("sessionId", &session);
            reply.value("userId", &user.to_string());
            reply.element("userInfo", |reply| self.write_user_info(user, reply));
        });
        Ok(reply)
    }

    pub(super) fn logout(&mut self, message: &Message) -> Result<Reply, Fault> {
        self.soap_user(&message.header)?;
        if let Some(token) = message.header.at(&["SessionHeader", "sessionId"]) {
            self.close_session(token.text.trim());
        }
        Ok(Reply::to("logout"))
    }

    pub(super) fn soap_user_info(&self, user: RecordId) -> Reply {
        let mut reply = Reply::to("getUserInfo");
        reply.element("result", |reply| self.write_user_info(user, reply));
        reply
    }

    pub(super) fn soap_timestamp(&self) -> Reply {
        let mut reply = Reply::to("getServerTimestamp");
        reply.element("result", |reply| {
            reply.value("timestamp", &self.now.to_rfc3339());
        });
        reply
    }

    /// `GetUserInfoResult`, in the order of the WSDL.
    fn write_user_info(&self, user: RecordId, reply: &mut Reply) {
        let text = |field: &str| self.user_text(user, field);
        let reference = |field: &str| {
            let schema = self.records.schema_of(Object::User);
            let row = self.records.tables.find(user)?;
            row.reference(schema, field).map(|id| id.to_string())
        };
        reply.value("accessibilityMode", "false");
        reply.value("chatterExternal", "false");
        reply.value("currencySymbol", "€");
        reply.value("orgAttachmentFileSizeLimit", "5242880");
        reply.value("orgDefaultCurrencyIsoCode", "EUR");
        reply.value("orgDefaultCurrencyLocale", "en_IE_EURO");
        reply.value("orgDisallowHtmlAttachments", "false");
        reply.value("orgHasPersonAccounts", "false");
        reply.value("organizationId", &self.org().to_string());
        reply.value("organizationMultiCurrency", "false");
        reply.value("organizationName", &self.org_name());
        reply.value_or_nil("profileId", reference("ProfileId").as_deref());
        reply.value_or_nil("roleId", reference("UserRoleId").as_deref());
        let seconds = self.options.session_timeout.as_secs();
        reply.value("sessionSecondsValid", &seconds.to_string());
        reply.nil("userDefaultCurrencyIsoCode");
        reply.value("userEmail", &text("Email"));
        reply.value("userFullName", &text("Name"));
        reply.value("userId", &user.to_string());
        reply.value("userLanguage", &text("LanguageLocaleKey"));
        reply.value("userLocale", &text("LocaleSidKey"));
        reply.value("userName", &text("Username"));
        reply.value("userTimeZone", &text("TimeZoneSidKey"));
        reply.value("userType", &text("UserType"));
        reply.value("userUiSkin", "Theme3");
    }
}
