//! The tokens that the platform issued, and which of them it still accepts.
//!
//! All tokens that go back to one login are a family. An *answer* is a pair of tokens that was issued by a login or a refresh.

use std::collections::HashMap;

use super::options::{Policy, TortureOptions};
use super::plan::Fault;
use crate::secrets;

/// The place of an answer in the list of all.
pub(super) type AnswerId = usize;

/// A pair of tokens that the platform issued.
pub(super) struct Answer {
    pub(super) family: usize,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) expires_ms: i64,
    /// The fault that it was sent with.
    pub(super) fault: Option<Fault>,
    /// When the client had all of it.
    pub(super) delivered_ms: Option<i64>,
    /// Whether the platform lost it after the work.
    pub(super) is_lost: bool,
    /// Whether the client sent one of its tokens.
    pub(super) is_used: bool,
    /// Whether the client had all of it, and sent an older refresh token or logged in.
    pub(super) is_passed_over: bool,
    /// Whether its refresh token is a new one.
    pub(super) is_rotated: bool,
    /// Whether the API has still to refuse it once.
    pub(super) awaits_rejection: bool,
}

pub(super) struct Family {
    pub(super) user: String,
    pub(super) answers: Vec<AnswerId>,
    pub(super) is_revoked: bool,
}

struct RefreshToken {
    family: usize,
    /// When it was used up, and the answer that it brought.
    spent: Option<(i64, AnswerId)>,
}

/// The platform's answer to a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It was good for new tokens.
    Refreshed(AnswerId),
    /// It was used before, and its grace period has not ended.
    Repeated(AnswerId),
    /// It was used before: the family is revoked now.
    Reused,
    /// It is unknown, or its family was revoked before.
    Refused,
}

/// All tokens of all users.
#[derive(Default)]
pub(super) struct Tokens {
    pub(super) answers: Vec<Answer>,
    pub(super) families: Vec<Family>,
    access: HashMap<String, AnswerId>,
    refresh: HashMap<String, RefreshToken>,
}

impl Tokens {
    /// The first tokens of a new family.
    pub(super) fn login(&mut self, now_ms: i64, user: &str, options: &TortureOptions) -> AnswerId {
        let family = self.families.len();
        let user = user.to_owned();
        self.families.push(Family { user, answers: Vec::new(), is_revoked: false });
        let issued = self.issue(now_ms, family, None, None, options);
        self.answers[issued].delivered_ms = Some(now_ms);
        issued
    }

    /// The family of a refresh token.
    pub(super) fn family_of(&self, refresh_token: &str) -> Option<usize> {
        Some(self.refresh.get(refresh_token)?.family)
    }

    /// The newest answer of a family.
    pub(super) fn newest(&mut self, family: usize) -> Option<&mut Answer> {
        let newest = *self.families[family].answers.last()?;
        self.answers.get_mut(newest)
    }

    /// Handles a refresh token.
    pub(super) fn refresh(
        &mut self,
        now_ms: i64,
        sent: &str,
        fault: Option<Fault>,
        options: &TortureOptions,
    ) -> Use {
        let Some(token) = self.refresh.get(sent) else { return Use::Refused };
        let (family, spent) = (token.family, token.spent);
        if self.families[family].is_revoked {
            return Use::Refused;
        }
        match spent {
            None => Use::Refreshed(self.rotate(now_ms, family, sent, fault, options)),
            Some((at_ms, answer))
                if options.policy == Policy::Grace && now_ms < at_ms + options.grace_ms =>
            {
                Use::Repeated(answer)
            }
            Some(_) => {
                self.families[family].is_revoked = true;
                Use::Reused
            }
        }
    }

    /// The answer of an access token.
    pub(super) fn answer_of(&self, access_token: &str) -> Option<AnswerId> {
        self.access.get(access_token).copied()
    }

    /// The answer whose tokens took the place of this one's, if there is one.
    pub(super) fn successor(&self, answer: AnswerId, policy: Policy) -> Option<AnswerId> {
        let answers = &self.families[self.answers[answer].family].answers;
        let place = answers.iter().position(|id| *id == answer)?;
        // A platform that does not rotate keeps access tokens until they expire.
        answers.get(place + 1).copied().filter(|_| policy != Policy::Static)
    }

    /// Whether the platform accepts the access token of this answer.
    pub(super) fn is_active(&self, now_ms: i64, answer: AnswerId, policy: Policy) -> bool {
        let issued = &self.answers[answer];
        now_ms < issued.expires_ms
            && !self.families[issued.family].is_revoked
            && self.successor(answer, policy).is_none()
    }

    fn rotate(
        &mut self,
        now_ms: i64,
        family: usize,
        sent: &str,
        fault: Option<Fault>,
        options: &TortureOptions,
    ) -> AnswerId {
        let keeps = options.policy == Policy::Static || fault == Some(Fault::NoRefreshToken);
        let issued = self.issue(now_ms, family, keeps.then_some(sent), fault, options);
        if let Some(token) = self.refresh.get_mut(sent).filter(|_| !keeps) {
            token.spent = Some((now_ms, issued));
        }
        issued
    }

    fn issue(
        &mut self,
        now_ms: i64,
        family: usize,
        kept: Option<&str>,
        fault: Option<Fault>,
        options: &TortureOptions,
    ) -> AnswerId {
        let access_token = secrets::token("tat_");
        let refresh_token = kept.map_or_else(|| secrets::token("trt_"), str::to_owned);
        let id = self.answers.len();
        self.access.insert(access_token.clone(), id);
        self.refresh.entry(refresh_token.clone()).or_insert(RefreshToken { family, spent: None });
        self.families[family].answers.push(id);
        self.answers.push(Answer {
            family,
            access_token,
            refresh_token,
            expires_ms: now_ms + options.life_ms,
            fault,
            delivered_ms: None,
            is_lost: fault.is_some_and(Fault::loses_the_answer),
            is_used: false,
            is_passed_over: false,
            is_rotated: kept.is_none(),
            awaits_rejection: false,
        });
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(policy: Policy) -> TortureOptions {
        TortureOptions { policy, ..TortureOptions::default() }
    }

    fn logged_in(policy: Policy) -> (Tokens, TortureOptions, String) {
        let (mut tokens, options) = (Tokens::default(), options(policy));
        let first = tokens.login(0, "ada", &options);
        let refresh_token = tokens.answers[first].refresh_token.clone();
        (tokens, options, refresh_token)
    }

    #[test]
    fn a_used_refresh_token_revokes_its_family() {
        let (mut tokens, options, first) = logged_in(Policy::Strict);
        let Use::Refreshed(second) = tokens.refresh(1, &first, None, &options) else { panic!() };
        assert!(tokens.is_active(2, second, options.policy));
        assert_eq!(tokens.refresh(2, &first, None, &options), Use::Reused);
        assert!(!tokens.is_active(3, second, options.policy));
        assert_eq!(tokens.refresh(3, &first, None, &options), Use::Refused);
    }

    #[test]
    fn a_used_refresh_token_brings_the_same_answer_until_its_grace_period_ends() {
        let (mut tokens, options, first) = logged_in(Policy::Grace);
        let Use::Refreshed(second) = tokens.refresh(1, &first, None, &options) else { panic!() };
        let end_ms = 1 + options.grace_ms;
        assert_eq!(tokens.refresh(end_ms - 1, &first, None, &options), Use::Repeated(second));
        assert_eq!(tokens.refresh(end_ms, &first, None, &options), Use::Reused);
    }

    #[test]
    fn a_static_refresh_token_works_again() {
        let (mut tokens, options, first) = logged_in(Policy::Static);
        for now_ms in 1..4 {
            let Use::Refreshed(answer) = tokens.refresh(now_ms, &first, None, &options) else {
                panic!()
            };
            assert_eq!(tokens.answers[answer].refresh_token, first);
        }
        assert!(tokens.is_active(4, 0, options.policy));
    }

    #[test]
    fn an_answer_without_a_refresh_token_leaves_the_old_one_in_force() {
        let (mut tokens, options, first) = logged_in(Policy::Strict);
        let fault = Some(Fault::NoRefreshToken);
        assert!(matches!(tokens.refresh(1, &first, fault, &options), Use::Refreshed(_)));
        assert!(!tokens.is_active(2, 0, options.policy));
        assert!(matches!(tokens.refresh(2, &first, None, &options), Use::Refreshed(_)));
    }

    #[test]
    fn an_access_token_works_until_it_expires() {
        let (tokens, options, _) = logged_in(Policy::Strict);
        assert!(tokens.is_active(options.life_ms - 1, 0, options.policy));
        assert!(!tokens.is_active(options.life_ms, 0, options.policy));
    }
}
