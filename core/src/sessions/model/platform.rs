//! The platform: it carries requests out, and knows which tokens work.

use super::{
    promises::Violation,
    setup::Kind,
    transition::Transition,
    world::{Answer, Generation, Tokens},
};

impl Transition<'_> {
    /// Carries a request out. Its answer is on its way, if somebody awaits it.
    pub(super) fn carry_out(&mut self, index: usize) {
        let tokens = self.world.requests[index].tokens;
        let answer = self.refresh(tokens);
        let request = &mut self.world.requests[index];
        request.answer = Some(answer);
        if request.owner.is_none() {
            self.world.requests.remove(index);
        }
    }

    fn refresh(&mut self, tokens: Tokens) -> Answer {
        let is_newest = self.world.is_newest(tokens);
        let used = self.world.generation(tokens).used;
        let family = &mut self.world.families[usize::from(tokens.family)];
        if family.is_revoked {
            return Answer::Invalid;
        }
        if is_newest || self.setup.kind == Kind::Static {
            family.generations[usize::from(tokens.generation)].used.get_or_insert(0);
            family.generations.push(Generation { age: 0, used: None });
            let newest = u8::try_from(family.generations.len() - 1).unwrap(); // at most 64
            return Answer::Tokens(Tokens { generation: newest, ..tokens });
        }
        if used.is_some_and(|used| used < self.setup.grace()) {
            return Answer::Tokens(Tokens { generation: tokens.generation + 1, ..tokens });
        }
        family.is_revoked = true;
        self.violate(Violation::SentTwice);
        Answer::Invalid
    }

    /// Whether an access token works.
    pub(super) fn works(&self, tokens: Tokens) -> bool {
        let is_ended = self.setup.kind == Kind::Proof && !self.world.is_newest(tokens);
        let is_revoked = self.world.families[usize::from(tokens.family)].is_revoked;
        self.is_alive(tokens) && !is_ended && !is_revoked
    }

    pub(super) fn is_alive(&self, tokens: Tokens) -> bool {
        self.world.generation(tokens).age < self.setup.life()
    }
}
