//! The form of a state in which states that differ only in the names of things are equal.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{
    setup::{Kind, Setup},
    world::{Answer, Family, Generation, Intent, Tokens, World},
};

impl World {
    /// The number of the state, which is equal for equal states.
    pub(super) fn fingerprint(&self, setup: &Setup) -> u64 {
        let mut same = self.clone();
        same.forget_old_tokens(setup);
        if setup.kind != Kind::Grace {
            same.each_intent(|intent| intent.first = intent.last);
        }
        same.sort_processes();
        same.renumber_intents();
        hash(&same)
    }

    /// An id that no intent has.
    pub(super) fn new_id(&mut self) -> u8 {
        let mut taken = 0_u32;
        self.each_id(|id| taken |= 1 << *id);
        let id = u8::try_from(taken.trailing_ones()).unwrap(); // at most 32
        for process in &mut self.processes {
            process.unsent.retain(|unsent| unsent.id != id);
        }
        id
    }

    /// Calls back with all intents, in an order that depends on nothing else.
    pub(super) fn each_intent(&mut self, mut work: impl FnMut(&mut Intent)) {
        for record in self.record.iter_mut().chain(&mut self.late) {
            record.intent.iter_mut().for_each(&mut work);
        }
        for process in &mut self.processes {
            if let Some(run) = &mut process.run {
                run.record.iter_mut().flat_map(|it| &mut it.intent).for_each(&mut work);
                run.intent.iter_mut().for_each(&mut work);
            }
            process.unsent.iter_mut().flat_map(|it| &mut it.earlier).for_each(&mut work);
        }
    }

    /// Calls back with the ids of all intents but those that were not sent.
    fn each_id(&mut self, mut work: impl FnMut(&mut u8)) {
        self.each_intent(|intent| work(&mut intent.id));
        for unsaved in self.processes.iter_mut().filter_map(|process| process.unsaved.as_mut()) {
            work(&mut unsaved.intent);
        }
    }

    fn each_tokens(&mut self, mut work: impl FnMut(&mut Tokens)) {
        for record in self.record.iter_mut().chain(&mut self.late) {
            work(&mut record.tokens);
        }
        for process in &mut self.processes {
            if let Some(run) = &mut process.run {
                run.record.iter_mut().for_each(|record| work(&mut record.tokens));
                run.tokens.iter_mut().for_each(&mut work);
            }
            if let Some(unsaved) = &mut process.unsaved {
                work(&mut unsaved.tokens);
                work(&mut unsaved.sent);
            }
        }
        for request in &mut self.requests {
            work(&mut request.tokens);
            if let Some(Answer::Tokens(tokens)) = &mut request.answer {
                work(tokens);
            }
        }
    }

    /// Tokens that nobody has any more mean nothing, except that there were some.
    fn forget_old_tokens(&mut self, setup: &Setup) {
        let mut kept = vec![0_u64; self.families.len()];
        self.each_tokens(|tokens| kept[usize::from(tokens.family)] |= 1 << tokens.generation);
        let forgotten = Generation { age: setup.life(), used: Some(setup.grace()) };
        let families = self.families.iter_mut().zip(kept);
        let places: Vec<_> = families.map(|(it, kept)| it.forget(kept, forgotten)).collect();
        self.each_tokens(|tokens| {
            tokens.generation = places[usize::from(tokens.family)][usize::from(tokens.generation)];
        });
    }

    fn sort_processes(&mut self) {
        let mut order: Vec<usize> = (0..self.processes.len()).collect();
        order.sort_by_cached_key(|process| self.key_of(*process));
        let renamed = |before: u8| {
            let place = order.iter().position(|it| *it == usize::from(before));
            u8::try_from(place.unwrap()).unwrap() // one of three
        };
        self.processes = order.iter().map(|before| self.processes[*before].clone()).collect();
        for request in &mut self.requests {
            request.owner = request.owner.map(renamed);
        }
        self.requests.sort_by_cached_key(hash);
        if let Some(lease) = &mut self.lock {
            lease.holder = lease.holder.map(renamed);
        }
    }

    /// The differences between a process and others of its machine, but for the numbers of intents.
    fn key_of(&self, index: usize) -> (u8, u64) {
        let process = &self.processes[index];
        let of_run = process.run.as_ref().map(|run| {
            let last = run.intent.map(|intent| (intent.first, intent.last));
            let read = run.record.map(|it| (it.tokens, it.ended, it.intent.map(|it| it.last)));
            (run.state, run.action, read, run.is_current, last, run.tokens, run.is_sent)
        });
        let unsaved = process.unsaved.map(|unsaved| (unsaved.tokens, unsaved.sent));
        (process.machine, hash(&(process.calls, of_run, unsaved, process.unsent.len())))
    }

    /// Forgets intents that were not sent and that nothing names; whether there were some.
    fn forget_unsent(&mut self) -> bool {
        let (mut named, mut is_less) = (0_u32, false);
        self.each_id(|id| named |= 1 << *id);
        for process in &mut self.processes {
            let before = process.unsent.len();
            process.unsent.retain(|unsent| named & (1 << unsent.id) != 0);
            is_less |= process.unsent.len() < before;
        }
        is_less
    }

    fn renumber_intents(&mut self) {
        self.late.sort_by_cached_key(hash);
        self.late.dedup();
        while self.forget_unsent() {}
        let (mut numbers, mut next) = ([None; 32], 0..);
        self.each_id(|id| {
            *id = *numbers[usize::from(*id)].get_or_insert_with(|| next.next().unwrap());
        });
        for process in &mut self.processes {
            for unsent in &mut process.unsent {
                unsent.id = numbers[usize::from(unsent.id)].unwrap(); // it is named
            }
            process.unsent.sort_by_key(|unsent| unsent.id);
        }
    }
}

impl Family {
    /// Forgets generations that are not kept, of several in a row all but one; returns the new places.
    fn forget(&mut self, kept: u64, forgotten: Generation) -> Vec<u8> {
        let (mut places, mut left, mut is_last_kept) = (Vec::new(), Vec::new(), true);
        for (place, generation) in self.generations.iter().enumerate() {
            let is_kept = kept & (1 << place) != 0;
            if is_kept || is_last_kept {
                left.push(if is_kept { *generation } else { forgotten });
            }
            is_last_kept = is_kept;
            places.push(u8::try_from(left.len() - 1).unwrap()); // at most 64
        }
        self.generations = left;
        places
    }
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
