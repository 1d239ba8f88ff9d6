//! Users' sessions: a refresh token is spent once, and what it brought is written down before
//! anybody sees it.
//!
//! Lock, look again, write the intent, refresh, write the answer, hand it out. Who dies in between
//! leaves the intent behind. Who finds one knows that the refresh token may be spent: where the
//! platform lets it be sent again, it is; elsewhere sending it again could end the whole family of
//! tokens, and the user authorizes anew.

use std::{sync::Arc, thread, time::Duration};

use super::{App, identity::missing, obtaining::STORE_POLL};
use crate::{
    cell::{Cell, Held, Key, Subject, Unsaved},
    error::{Error, ErrorKind, Reason, Result},
    flight::{Deadline, Flight},
    grant::told,
    oauth::random,
    operation::Deed,
    retry::jittered,
    scope::Scope,
    secret::Secret,
    source::TokenSource,
    store::{Found, Intent, Record, Vault},
    time::Timestamp,
    token::{Token, TokenKind},
};

impl App {
    /// A source of one user's tokens, which live in the store under a name of your choice and are
    /// renewed ahead of their end; nothing goes out yet. Processes that share the store renew once.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) without a store, a client id or its secret.
    pub fn session(&self, name: impl Into<String>) -> Result<TokenSource> {
        Ok(TokenSource::of(self, self.session_cell(name.into())?))
    }

    /// Writes a user's token down, as it came from [`exchange_code`](Self::exchange_code): from now
    /// on [`session`](Self::session) gives it and renews it. Takes the place of what was there.
    pub fn start_session(&self, name: impl Into<String>, token: Token) -> Flight<()> {
        let cell = match self.session_cell(name.into()) {
            Ok(cell) => cell,
            Err(error) => return Flight::landed(Err(error)),
        };
        if token.kind() != TokenKind::User {
            let message = format!("this is a token of kind {}, not a user's", token.kind().name());
            return Flight::landed(Err(Error::invalid(message)));
        }
        self.fly(move |app, deadline| {
            app.replace_session(cell.key(), Some(&token), deadline)?;
            app.take(&cell);
            cell.unsaved().store(None);
            cell.fill(Held::new(token, app.moment()));
            Ok(())
        })
    }

    /// Forgets a user's session, here and in the store. The tokens themselves go on working:
    /// [`revoke_token`](Self::revoke_token) or [`delete_grant`](Self::delete_grant) ends them, where
    /// the platform has it.
    pub fn end_session(&self, name: impl Into<String>) -> Flight<()> {
        let cell = match self.session_cell(name.into()) {
            Ok(cell) => cell,
            Err(error) => return Flight::landed(Err(error)),
        };
        self.fly(move |app, deadline| {
            app.replace_session(cell.key(), None, deadline)?;
            app.take(&cell);
            cell.clear();
            Ok(())
        })
    }

    fn session_cell(&self, name: String) -> Result<Arc<Cell>> {
        self.platform().oauth()?;
        self.check_client()?;
        self.vault()?;
        if name.is_empty() {
            return Err(Error::invalid("the session's name is empty"));
        }
        Ok(self.cell(Subject::Session(name), Scope::all()))
    }

    fn vault(&self) -> Result<&Vault> {
        self.0.vault.as_ref().ok_or_else(|| {
            missing("store").advise("`memory:` keeps sessions for as long as the app lives.")
        })
    }

    fn replace_session(&self, key: &Key, token: Option<&Token>, deadline: Deadline) -> Result<()> {
        let vault = self.vault()?;
        let name = vault.name(key);
        while !deadline.remaining().is_zero() {
            let before = vault.find(&name)?;
            let Some(token) = token else { return vault.remove(&name, &before) };
            if vault.put(&name, Record::of(token.clone()), &before)?.is_some() {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// A session's token: out of the store, or refreshed under its lock.
    pub(super) fn renew_session(
        &self,
        cell: &Cell,
        min_valid: Duration,
        deadline: Deadline,
    ) -> Result<Token> {
        let vault = self.vault()?;
        let name = vault.name(cell.key());
        let session = Session { app: self, vault, name, cell, min_valid, deadline };
        loop {
            if let Some(token) = session.unsaved()?.filter(|token| token.lives_past(self.now())) {
                return Ok(token);
            }
            let found = vault.find(&session.name)?;
            if let Some(token) = self.good(&found, cell, min_valid) {
                return Ok(token);
            }
            // Whoever dies with the lock is waited for until no refresh of theirs can be on its way.
            if let Some(lock) = vault.lock(&session.name, deadline.remaining() + LEASE_MARGIN)? {
                let renewed = session.renew();
                drop(lock);
                if let Some(token) = renewed? {
                    return Ok(token);
                }
            }
            if deadline.remaining().is_zero() {
                return Err(busy());
            }
            thread::sleep(jittered(STORE_POLL).min(deadline.remaining()));
        }
    }
}

/// One session, while its token is being renewed.
struct Session<'a> {
    app: &'a App,
    vault: &'a Vault,
    name: String,
    cell: &'a Cell,
    min_valid: Duration,
    deadline: Deadline,
}

impl Session<'_> {
    /// What is done under the lock; `None` if there is more to do: the record changed nevertheless,
    /// or what it brought was over.
    fn renew(&self) -> Result<Option<Token>> {
        let found = self.vault.find(&self.name)?;
        if let Some(token) = self.app.good(&found, self.cell, self.min_valid) {
            return Ok(Some(token));
        }
        let record = found.record.clone().ok_or_else(no_session)?;
        if let Some(reason) = record.over {
            return Err(over(reason));
        }
        let refresh_token = record.token.refresh_token().cloned().ok_or_else(no_refresh_token)?;
        let mut at_ms = self.app.local_now().as_millis();
        match &record.intent {
            // The grace period goes on from the first sending, however often it is sent again.
            Some(intent) if self.may_resend(intent) => at_ms = intent.at_ms,
            Some(_) if !self.is_unspent(&record.token)? => {
                return self.give_up(&record, &found).map(Some);
            }
            _ => {}
        }
        let intent = Intent { id: random()?, at_ms };
        let is_again = record.intent.is_some();
        let marked = Record { intent: Some(intent.clone()), ..record };
        match self.vault.put(&self.name, marked.clone(), &found)? {
            Some(found) => self.refresh(&refresh_token, &marked, &intent, &found, is_again),
            None => Ok(None),
        }
    }

    fn refresh(
        &self,
        refresh_token: &Secret,
        marked: &Record,
        intent: &Intent,
        found: &Found,
        mut is_again: bool,
    ) -> Result<Option<Token>> {
        let mut outcome = self.send(refresh_token);
        if outcome.as_ref().is_err_and(is_ambiguous)
            && self.may_resend(intent)
            && self.app.retry().is_on()
        {
            is_again = true;
            outcome = self.send(refresh_token);
        }
        match outcome {
            Ok(token) => {
                let has_come_alive = token.lives_past(self.app.now());
                let token = self.save(Unsaved { token, intent: intent.id.clone() }, found)?;
                if token.lives_past(self.app.now()) {
                    return Ok(Some(token));
                }
                // What comes again may be the pair of the first time, whose token is over by now.
                if is_again || has_come_alive { Ok(None) } else { Err(expired_on_arrival()) }
            }
            Err(error) if !is_ambiguous(&error) => {
                let is_dead = error.kind() == ErrorKind::Reauthorize;
                let over = is_dead.then(|| error.reason().unwrap_or(Reason::InvalidRefreshToken));
                // A refusal says nothing of an earlier sending, whose answer was lost.
                let intent = marked.intent.clone().filter(|_| is_again && !is_dead);
                self.put_back(Record { intent, over, ..marked.clone() }, found);
                Err(error)
            }
            Err(error) if !self.rotates() => {
                self.put_back(Record { intent: None, ..marked.clone() }, found);
                Err(error)
            }
            // Within the grace period whoever comes next may send it again.
            Err(error) if self.may_resend(intent) => Err(error),
            // If it was not carried out so far, it may still be: whoever comes next looks again.
            Err(error) => match self.is_unspent(&marked.token) {
                Ok(false) => {
                    self.give_up(marked, found).map(Some).map_err(|lost| lost.caused_by(error))
                }
                _ => Err(error),
            },
        }
    }

    fn send(&self, refresh_token: &Secret) -> Result<Token> {
        self.app.refresh_now(refresh_token, self.deadline)
    }

    /// Writes down what was got for a refresh token that is spent now. What the store does not take
    /// is kept, and offered to it again by the next caller.
    fn save(&self, unsaved: Unsaved, found: &Found) -> Result<Token> {
        let unsaved = Arc::new(unsaved);
        self.cell.unsaved().store(Some(Arc::clone(&unsaved)));
        let mut before = Ok(found.clone());
        loop {
            let put = before.and_then(|before| self.take_place(&unsaved, &before));
            match put {
                Ok(Put::Taken(token)) => return Ok(token),
                Ok(Put::Replaced) => return Err(replaced()),
                Ok(Put::Missed) => {}
                Err(trouble) if self.deadline.remaining() < SAVING_PAUSE => return Err(trouble),
                Err(_) => thread::sleep(SAVING_PAUSE),
            }
            before = self.vault.find(&self.name);
        }
    }

    /// What could not be saved before, once it has been.
    fn unsaved(&self) -> Result<Option<Token>> {
        let Some(unsaved) = self.cell.unsaved().load_full() else { return Ok(None) };
        let before = self.vault.find(&self.name)?;
        match self.take_place(&unsaved, &before)? {
            Put::Taken(token) => Ok(Some(token)),
            Put::Missed | Put::Replaced => Ok(None),
        }
    }

    /// Puts a new token where its own intent is.
    fn take_place(&self, unsaved: &Unsaved, before: &Found) -> Result<Put> {
        let intent = before.record.as_ref().and_then(|record| record.intent.as_ref());
        if intent.is_none_or(|intent| intent.id != unsaved.intent) {
            self.cell.unsaved().store(None);
            return Ok(Put::Replaced);
        }
        let put = self.vault.put(&self.name, Record::of(unsaved.token.clone()), before)?;
        if put.is_none() {
            return Ok(Put::Missed);
        }
        self.cell.unsaved().store(None);
        Ok(Put::Taken(unsaved.token.clone()))
    }

    /// Notes that this session cannot be saved.
    fn give_up(&self, record: &Record, found: &Found) -> Result<Token> {
        let over_now = Some(Reason::RotationInterrupted);
        self.put_back(Record { over: over_now, ..record.clone() }, found);
        Err(over(Reason::RotationInterrupted))
    }

    /// A note that is worth having, and not worth an error of its own.
    fn put_back(&self, record: Record, found: &Found) {
        if let Err(trouble) = self.vault.put(&self.name, record, found) {
            self.app.tell_store_failed(self.cell, &trouble);
        }
    }

    fn rotates(&self) -> bool {
        self.app.platform().oauth().map_or(true, |oauth| oauth.refresh.rotates)
    }

    /// Whether a refresh that was begun never reached the platform, as far as it can tell: where a
    /// refresh ends the old token, one that still works was not refreshed.
    fn is_unspent(&self, old: &Token) -> Result<bool> {
        let rules = &self.app.platform().oauth()?.refresh;
        let check = Deed::check_token(old.reveal().into());
        if !rules.ends_old_token || check.endpoint(self.app.platform()).is_err() {
            return Ok(false);
        }
        match self.app.carry_out(&check, told, self.deadline) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::Reauthorize => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a refresh token that may be spent can be sent again without harm.
    fn may_resend(&self, intent: &Intent) -> bool {
        let grace = self.app.platform().oauth().map_or(0, |oauth| oauth.refresh.grace_s);
        let until = Timestamp::from_millis(intent.at_ms).after(Duration::from_secs(grace));
        !self.rotates() || self.app.local_now() < until
    }
}

/// What became of a token that was to be written down.
enum Put {
    Taken(Token),
    /// The record changed meanwhile: look again.
    Missed,
    /// The session was ended or begun anew: that counts.
    Replaced,
}

/// Whether the refresh token may be spent although no token came.
fn is_ambiguous(error: &Error) -> bool {
    match (error.kind(), error.reason()) {
        // A server that says it does nothing now, and one that points elsewhere, did nothing.
        (ErrorKind::Server, _) => error.status() != Some(503),
        (ErrorKind::Protocol, Some(Reason::Redirect)) => false,
        // Neither was there a connection that it could have been sent on.
        (ErrorKind::Transport, Some(Reason::Unreachable | Reason::Tls)) => false,
        (ErrorKind::Timeout | ErrorKind::Protocol | ErrorKind::Internal, _) => true,
        (ErrorKind::Transport, _) => true,
        _ => false,
    }
}

fn no_session() -> Error {
    Error::new(ErrorKind::Reauthorize, "there is no such session")
        .because(Reason::NoSession)
        .advise("Send the user through authorization, and start a session with the token.")
}

fn no_refresh_token() -> Error {
    Error::new(ErrorKind::Reauthorize, "the session's token is over, and nothing renews it")
        .because(Reason::InvalidRefreshToken)
        .advise("Send the user through authorization again.")
}

fn over(reason: Reason) -> Error {
    let message = match reason {
        Reason::RotationInterrupted => {
            "a refresh of this session was interrupted, so its refresh token may be spent"
        }
        _ => "the session's refresh token is dead",
    };
    Error::new(ErrorKind::Reauthorize, message)
        .because(reason)
        .advise("Send the user through authorization again.")
}

fn expired_on_arrival() -> Error {
    Error::new(ErrorKind::Protocol, "the session's new token has already expired")
        .because(Reason::ExpiredOnArrival)
        .advise("Compare this machine's clock with the platform's.")
}

fn replaced() -> Error {
    Error::new(ErrorKind::Store, "the session was replaced while it was refreshed")
        .advise("Ask again: another process started it anew.")
}

fn busy() -> Error {
    Error::new(ErrorKind::Timeout, "another process held the session's lock until the deadline")
        .advise("Try again; if it stays so, the store or the platform is slow.")
}

/// A holder that is still alive at its deadline needs a moment to write down what came.
const LEASE_MARGIN: Duration = Duration::from_secs(1);
const SAVING_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_sent_and_what_was_refused_is_no_lost_answer() {
        let error = |kind, reason: Option<Reason>| {
            reason.into_iter().fold(Error::new(kind, "x"), Error::because)
        };
        for (kind, reason, is_lost) in [
            (ErrorKind::Transport, Some(Reason::Unreachable), false),
            (ErrorKind::Transport, Some(Reason::Tls), false),
            (ErrorKind::Transport, Some(Reason::ConnectionLost), true),
            (ErrorKind::Protocol, Some(Reason::Redirect), false),
            (ErrorKind::Protocol, Some(Reason::NotJson), true),
            (ErrorKind::Timeout, None, true),
            (ErrorKind::RateLimited, None, false),
        ] {
            assert_eq!(is_ambiguous(&error(kind, reason)), is_lost, "{kind:?} {reason:?}");
        }
        let with_status = |status| Error::new(ErrorKind::Server, "x").with_status(status);
        assert!(is_ambiguous(&with_status(502)) && !is_ambiguous(&with_status(503)));
    }
}
