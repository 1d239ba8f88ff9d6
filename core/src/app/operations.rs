//! What an app does beside finding installations and getting tokens.

use super::App;
use crate::{
    client::posted,
    error::{Error, Result},
    flight::{Deadline, Flight},
    grant::{given, told},
    http::Repeat,
    install::{self, InstallRequest},
    installation::Installation,
    introspection::Introspection,
    listing::Listing,
    lookup::Lookup,
    oauth::Authorization,
    operation::Deed,
    platform::{
        descriptor::Operation,
        oauth::{Encoding, Endpoint, OAuth},
        operations::Credential,
    },
    refusal::Answered,
    registration::Registration,
    scope::Scope,
    secret::Secret,
    target::Target,
    token::Token,
    webhook_config::{WebhookConfig, WebhookDelivery, WebhookUpdate},
};

impl App {
    /// The app as the platform has it registered.
    pub fn registration(&self) -> Flight<Registration> {
        let deed = Deed::new("the app's registration", |it| &it.registration);
        self.perform(deed, Registration::read)
    }

    /// The app that a manifest's code stands for, with its key and secrets, which are told once.
    /// Needs no credential.
    pub fn convert_manifest(&self, code: impl Into<String>) -> Flight<Registration> {
        let code = code.into();
        let deed = Deed::new("app manifests", |it| &it.convert_manifest)
            .about(Operation::Manifest, "the manifest's code")
            .secret(Some(Secret::from(code.as_str())))
            .with("code", code);
        self.perform(deed, Registration::read)
    }

    /// Suspends an installation: its tokens stop working until it is unsuspended.
    pub fn suspend_installation(&self, id: impl Into<String>) -> Flight<()> {
        let deed = Deed::new("suspending an installation", |it| &it.suspend_installation);
        self.perform(of_installation(deed, id.into()), done)
    }

    /// Lets a suspended installation work again.
    pub fn unsuspend_installation(&self, id: impl Into<String>) -> Flight<()> {
        let deed = Deed::new("unsuspending an installation", |it| &it.unsuspend_installation);
        self.perform(of_installation(deed, id.into()), done)
    }

    /// Uninstalls the app from where this installation is. There is no way back.
    pub fn delete_installation(&self, id: impl Into<String>) -> Flight<()> {
        let deed = Deed::new("deleting an installation", |it| &it.delete_installation);
        self.perform(of_installation(deed, id.into()), done)
    }

    /// Where the platform sends the app's events.
    pub fn webhook_config(&self) -> Flight<WebhookConfig> {
        let deed = Deed::new("the app's webhook", |it| &it.webhook_config);
        self.perform(deed, WebhookConfig::read)
    }

    /// Changes where and how the platform sends the app's events.
    pub fn update_webhook_config(&self, change: WebhookUpdate) -> Flight<WebhookConfig> {
        if change.is_empty() {
            return Flight::landed(Err(Error::invalid("nothing of the webhook is to be changed")));
        }
        let deed = Deed::new("changing the app's webhook", |it| &it.update_webhook_config)
            .maybe("url", change.url)
            .maybe("content_type", change.content_type)
            .maybe("secret", change.secret.as_ref().map(Secret::reveal))
            .maybe("insecure_ssl", change.insecure_ssl.map(|yes| if yes { "1" } else { "0" }))
            .secret(change.secret);
        self.perform(deed, WebhookConfig::read)
    }

    /// The events that were sent to the app, newest first.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not list them.
    pub fn webhook_deliveries(&self) -> Result<Listing<WebhookDelivery>> {
        Listing::new(self, None)
    }

    /// One of them, with what was sent and what the receiver answered in its `raw`.
    pub fn webhook_delivery(&self, id: impl Into<String>) -> Flight<WebhookDelivery> {
        let deed = Deed::new("webhook deliveries", |it| &it.webhook_delivery);
        self.perform(deed.with("delivery_id", id.into()), WebhookDelivery::single)
    }

    /// Has an event sent once more.
    pub fn redeliver_webhook(&self, delivery_id: impl Into<String>) -> Flight<()> {
        let deed = Deed::new("redelivering a webhook", |it| &it.redeliver_webhook);
        self.perform(deed.with("delivery_id", delivery_id.into()), done)
    }

    /// A user's token as the platform knows it: its scopes, its expiry and whose it is.
    ///
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) with reason `invalid_token` when it is no longer
    /// valid, or another app's. The refresh token is not told: keep the one you have.
    pub fn check_token(&self, token: impl Into<Secret>) -> Flight<Token> {
        self.perform(Deed::check_token(token.into()), told)
    }

    /// A new token in the place of a user's token, which stops working.
    pub fn reset_token(&self, token: impl Into<Secret>) -> Flight<Token> {
        let deed = Deed::new("resetting a token", |it| &it.reset_token);
        self.perform(deed.about_token(token.into()), told)
    }

    /// A user token that reaches a part of what `token` does, on one account.
    pub fn scope_token(
        &self,
        token: impl Into<Secret>,
        target: &Target,
        scope: &Scope,
    ) -> Flight<Token> {
        let arguments = match scope.arguments(self.platform()) {
            Ok(arguments) => arguments,
            Err(error) => return Flight::landed(Err(error)),
        };
        let deed = Deed::new("scoping a token", |it| &it.scope_token);
        let deed = deed.with_all(arguments).with_all(vec![target.argument()]);
        self.perform(deed.about_token(token.into()), told)
    }

    /// Ends a user's token. One that is not valid any more counts as ended.
    pub fn delete_token(&self, token: impl Into<Secret>) -> Flight<()> {
        let deed = Deed::new("deleting a token", |it| &it.delete_token);
        self.perform(deed.about_token(token.into()), done)
    }

    /// Ends a user's authorization of the app with all its tokens, given one of them.
    pub fn delete_grant(&self, token: impl Into<Secret>) -> Flight<()> {
        let deed = Deed::new("deleting a grant", |it| &it.delete_grant);
        self.perform(deed.about_token(token.into()), done)
    }

    /// Ends an access or a refresh token at the authorization server (RFC 7009), with what the
    /// server ties to it. `hint` is `access_token` or `refresh_token` and saves the server a
    /// search. One that the server does not know counts as ended.
    pub fn revoke_token(&self, token: impl Into<Secret>, hint: Option<String>) -> Flight<()> {
        let question = Question {
            what: "revoking tokens (RFC 7009)",
            endpoint: |it| it.revocation.as_ref(),
            operation: Operation::Revocation,
            token: token.into(),
            hint,
        };
        self.fly(move |app, deadline| match app.ask_about_token(&question, done, deadline) {
            // RFC 7009 §2.2 wants a success; some servers say it so.
            Err(error) if error.platform_code() == Some("invalid_token") => Ok(()),
            outcome => outcome,
        })
    }

    /// What the authorization server knows of an access or a refresh token (RFC 7662). `hint` is
    /// `access_token` or `refresh_token` and saves the server a search. A token that is over, or
    /// somebody else's, is not an error: it is not `active`.
    pub fn introspect_token(
        &self,
        token: impl Into<Secret>,
        hint: Option<String>,
    ) -> Flight<Introspection> {
        let question = Question {
            what: "introspecting tokens (RFC 7662)",
            endpoint: |it| it.introspection.as_ref(),
            operation: Operation::Introspection,
            token: token.into(),
            hint,
        };
        self.fly(move |app, deadline| app.ask_about_token(&question, Introspection::read, deadline))
    }

    /// Reports credentials that have leaked, whosever they are; the platform ends them and tells
    /// their owners. Needs no credential.
    pub fn revoke_credentials(&self, credentials: Vec<Secret>) -> Flight<()> {
        if credentials.iter().any(Secret::is_empty) || credentials.is_empty() {
            return Flight::landed(Err(Error::invalid("there is no credential to revoke")));
        }
        let texts: Vec<_> = credentials.iter().map(Secret::reveal).collect();
        let deed = Deed::new("revoking credentials", |it| &it.revoke_credentials);
        let deed = deed.with("credentials", texts);
        self.perform(credentials.into_iter().map(Some).fold(deed, Deed::secret), done)
    }

    /// Ends an installation token. One that is not valid any more counts as ended.
    pub fn revoke_installation_token(&self, token: impl Into<Secret>) -> Flight<()> {
        let deed = Deed::new("revoking installation tokens", |it| &it.revoke_installation_token);
        self.perform(deed.about(Operation::Call, "the token").token(token.into()), done)
    }

    /// Where to send a person who is to install the app; nothing goes out.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for what the platform does not take.
    pub fn install_url(&self, request: &InstallRequest) -> Result<Authorization> {
        install::url(self.platform(), request)
    }

    /// The installation that a person came back from making, once the callback's state has proved
    /// equal and the platform has confirmed that it is this app's: the callback's own word for it
    /// may be anybody's.
    pub fn finish_install(&self, callback: &str, state: &str) -> Flight<Installation> {
        match install::installation_id(self.platform(), callback, state) {
            Ok(id) => self.find_installation(Lookup::Id(id)),
            Err(error) => Flight::landed(Err(error)),
        }
    }

    pub(crate) fn can_revoke(&self) -> Result<()> {
        let endpoint = self.platform().descriptor().operations.revoke_installation_token.as_ref();
        let unsupported = || self.platform().unsupported("revoking installation tokens");
        endpoint.map(drop).ok_or_else(unsupported)
    }

    fn perform<T: Clone + Send + 'static>(
        &self,
        deed: Deed,
        read: fn(&Answered<'_>) -> Result<T>,
    ) -> Flight<T> {
        self.fly(move |app, deadline| app.carry_out(&deed, read, deadline))
    }

    pub(super) fn carry_out<T>(
        &self,
        deed: &Deed,
        read: fn(&Answered<'_>) -> Result<T>,
        deadline: Deadline,
    ) -> Result<T> {
        let put = |authorization| self.put(deed, authorization, read, deadline);
        match deed.endpoint(self.platform())?.credential {
            Credential::App => self.as_app(|jwt| put(Some(jwt.authorization_header()))),
            Credential::Client => put(Some(self.client_basic()?)),
            Credential::Token => put(Some(self.bearer(deed.its_token()?))),
            Credential::Nobody => put(None),
        }
    }

    fn ask_about_token<T>(
        &self,
        question: &Question,
        read: fn(&Answered<'_>) -> Result<T>,
        deadline: Deadline,
    ) -> Result<T> {
        let (platform, oauth) = (self.platform(), self.platform().oauth()?);
        let unsupported = || platform.unsupported(question.what);
        let endpoint = (question.endpoint)(oauth).ok_or_else(unsupported)?;
        let url = platform.endpoint(endpoint.base, &endpoint.path, &[])?;
        let mut fields = vec![("token", given("token", &question.token)?)];
        fields.extend(question.hint.as_deref().map(|hint| ("token_type_hint", hint)));
        if question.hint.as_ref().is_some_and(String::is_empty) {
            return Err(Error::invalid("the token_type_hint is empty"));
        }
        self.as_any_client(|client| {
            let mut request = match &client {
                Some(client) => client.request(url.clone(), Encoding::Form, &fields),
                None => posted(url.clone(), Encoding::Form, &fields),
            };
            if !client.is_some_and(|it| it.is_once()) {
                request.repeat = Repeat::Own;
            }
            let response = self.send(&request, deadline)?;
            let answered = self.answered(question.operation, "the token", &request, &response);
            if response.is_success() { read(&answered) } else { Err(answered.refusal()) }
        })
    }

    fn put<T>(
        &self,
        deed: &Deed,
        authorization: Option<Secret>,
        read: fn(&Answered<'_>) -> Result<T>,
        deadline: Deadline,
    ) -> Result<T> {
        let (platform, client_id) = (self.platform(), self.0.config.client_id.as_deref());
        let mut request = deed.request(platform, client_id)?;
        if let Some(authorization) = authorization {
            request = request.authorized(authorization);
        }
        let response = self.send(&request, deadline)?;
        let answered = self.answered(deed.operation, &deed.subject, &request, &response);
        let over = deed.endpoint(platform)?.done.contains(&response.status);
        if response.is_success() || over { read(&answered) } else { Err(answered.refusal()) }
    }
}

/// Something that is asked of the authorization server about a token.
struct Question {
    what: &'static str,
    endpoint: fn(&OAuth) -> Option<&Endpoint>,
    operation: Operation,
    token: Secret,
    hint: Option<String>,
}

fn of_installation(deed: Deed, id: String) -> Deed {
    deed.about(Operation::Installations, format!("installation {id}")).with("installation_id", id)
}

#[expect(clippy::unnecessary_wraps, reason = "other answers are read, which may fail")]
fn done(_: &Answered<'_>) -> Result<()> {
    Ok(())
}
