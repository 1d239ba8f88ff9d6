//! Sessions: users' tokens that live in the store and are refreshed ahead of their end.

use std::sync::Arc;

use super::App;
use crate::{
    auth::Scope,
    cache::Entry,
    error::{Error, Result},
    sources::{Owner, TokenKey, TokenSource},
    tasks::Task,
    token::{Token, TokenKind},
};

impl App {
    /// Makes a source of one user's tokens, which are in the store under a name.
    ///
    /// They are renewed before they expire, once for all processes that share the store: a refresh
    /// token is spent once, whatever dies when. Before
    /// [`App::start_session`](crate::App::start_session) the source's calls fail with
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) (`no_session`); when the session has ended,
    /// with `rotation_interrupted` or `invalid_refresh_token`, and the user must authorize the app
    /// again. No network I/O.
    ///
    /// - `name`: The name that was given to [`App::start_session`](crate::App::start_session).
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc9700#section-4.14>,
    /// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no store or no client credentials.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the name is empty.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no OAuth.
    pub fn session(&self, name: impl Into<String>) -> Result<TokenSource> {
        let owner = self.session_owner(name.into())?;
        Ok(TokenSource::new(&self.0.sources, owner, Scope::all()))
    }

    /// Writes a user token to the store under a name, in the place of any session that had it.
    ///
    /// From now on [`App::session`](crate::App::session) returns and renews it. A record that
    /// cannot be opened stays: that session may go on elsewhere. With the user's id on the platform
    /// [`App::apply_webhook`](crate::App::apply_webhook) ends the session when the user revokes the
    /// authorization.
    ///
    /// - `name`: A name of your choice, by which [`App::session`](crate::App::session) finds the
    ///   token.
    /// - `token`: A token of kind `user`, with its refresh token.
    /// - `account_id`: The user's id on the platform. Default: the token's
    ///   [`Token::account_id`](crate::Token::account_id).
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no store or no client credentials.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the name is empty, or the token
    ///   is of another kind.
    /// - [`Store`](crate::ErrorKind::Store) if the store failed, or its record of this name cannot
    ///   be opened.
    /// - [`Store`](crate::ErrorKind::Store) (`wrong_store_key`) if another key sealed its record of
    ///   this name.
    /// - Those of [every call over the network](crate#errors).
    pub fn start_session(
        &self,
        name: impl Into<String>,
        token: Token,
        account_id: Option<String>,
    ) -> Task<()> {
        let entry = match self.session_entry(name.into()) {
            Ok(entry) => entry,
            Err(error) => return Task::ready(Err(error)),
        };
        if token.kind() != TokenKind::User {
            let kind = token.kind().name();
            let message = format!("a session needs a user's token, and this one is of kind {kind}");
            return Task::ready(Err(Error::invalid(message)));
        }
        if account_id.as_ref().is_some_and(String::is_empty) {
            return Task::ready(Err(Error::invalid("the account's id is empty")));
        }
        let token = match account_id {
            Some(id) => token.of_account(Some(&id)),
            None => token,
        };
        let (sessions, sources) = (Arc::clone(&self.0.sessions), Arc::clone(&self.0.sources));
        self.0.pool.spawn(move |deadline| {
            let name = sessions.store()?.name(&entry.key().as_json());
            sessions.replace(&name, &token, deadline)?;
            sources.cache.put(&entry, token);
            Ok(())
        })
    }

    /// Forgets a user's session, in memory and in the store, even if its record cannot be opened
    /// there.
    ///
    /// The tokens themselves keep working: [`App::revoke_token`](crate::App::revoke_token) or
    /// [`App::delete_grant`](crate::App::delete_grant) ends them, on platforms that offer it.
    ///
    /// - `name`: The name that was given to [`App::start_session`](crate::App::start_session).
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no store or no client credentials.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the name is empty.
    /// - [`Store`](crate::ErrorKind::Store) if the store failed.
    /// - Those of [every call over the network](crate#errors).
    pub fn end_session(&self, name: impl Into<String>) -> Task<()> {
        let entry = match self.session_entry(name.into()) {
            Ok(entry) => entry,
            Err(error) => return Task::ready(Err(error)),
        };
        let (sessions, sources) = (Arc::clone(&self.0.sessions), Arc::clone(&self.0.sources));
        self.0.pool.spawn(move |deadline| {
            let name = sessions.store()?.name(&entry.key().as_json());
            sessions.remove(&name, deadline)?;
            sources.cache.clear(&entry);
            Ok(())
        })
    }

    /// Ends the sessions of an account; returns how many of them were in memory.
    pub(super) fn end_sessions_of(&self, account_id: &str) -> usize {
        let cache = &self.0.sources.cache;
        let sessions = cache.entries_with(|key| matches!(key.owner, Owner::Session(_)));
        let is_of_account = |entry: &&Arc<Entry<TokenKey>>| {
            let cached = entry.cached();
            cached.as_ref().is_some_and(|it| it.token.account_id() == Some(account_id))
        };
        self.0.sessions.end_account(account_id);
        sessions.iter().filter(is_of_account).inspect(|entry| cache.clear(entry)).count()
    }

    fn session_entry(&self, name: String) -> Result<Arc<Entry<TokenKey>>> {
        let owner = self.session_owner(name)?;
        Ok(self.0.sources.cache.entry(TokenKey::new(owner, Scope::all())))
    }

    fn session_owner(&self, name: String) -> Result<Owner> {
        self.platform().oauth()?;
        self.0.client.check_client()?;
        self.0.sessions.store()?;
        if name.is_empty() {
            return Err(Error::invalid("the session's name is empty"));
        }
        Ok(Owner::Session(name))
    }
}
