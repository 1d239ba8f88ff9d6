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
    /// A source of one user's tokens, which live in the store under a name of your choice and are
    /// refreshed ahead of their end. Processes that share the store refresh once. No network I/O yet.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without a store, a client id or its
    /// secret, and for an empty name.
    pub fn session(&self, name: impl Into<String>) -> Result<TokenSource> {
        let owner = self.session_owner(name.into())?;
        Ok(TokenSource::new(&self.0.sources, owner, Scope::all()))
    }

    /// Writes a user's token to the store, as [`exchange_code`](Self::exchange_code) or a login
    /// returned it. From now on [`session`](Self::session) returns and refreshes it. A session of the
    /// same name is replaced, unless its record cannot be opened: that one may go on elsewhere.
    ///
    /// `account_id` is the user's id on the platform; default the one that the token came with. With it
    /// [`apply_webhook`](Self::apply_webhook) ends the session when the user revokes the authorization.
    ///
    /// # Errors
    /// Those of [`session`](Self::session), [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for
    /// a token that is not a user's, and [`Store`](crate::ErrorKind::Store), with the reason
    /// [`WrongStoreKey`](crate::Reason::WrongStoreKey) for a record that another key sealed.
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

    /// Forgets a user's session, in memory and in the store, even if its record cannot be opened there. The
    /// tokens themselves stay valid:
    /// [`revoke_token`](Self::revoke_token) or [`delete_grant`](Self::delete_grant) ends them, where
    /// the platform has it.
    ///
    /// # Errors
    /// Those of [`session`](Self::session), and [`Store`](crate::ErrorKind::Store).
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
