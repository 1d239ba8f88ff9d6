//! What happens while nobody asks: events, new tokens, many callers at once.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use appmint_core::{Event, Result, Subscription, Token, TokenSource};

use crate::answer::Answer;

/// The token before, and the new one.
type Change = (Option<Token>, Token);

#[derive(Clone, Default)]
pub(crate) struct Watch {
    events: Arc<Mutex<Vec<Event>>>,
    changes: Arc<Mutex<Vec<Change>>>,
    last: Arc<Mutex<Option<Subscription>>>,
}

impl Watch {
    pub(crate) fn note(&self, event: &Event) {
        self.events.lock().unwrap().push(event.clone());
    }

    pub(crate) fn follow(&self, source: &TokenSource) -> Answer {
        let changes = Arc::clone(&self.changes);
        let subscription = source.on_change(move |before, token| {
            changes.lock().unwrap().push((before.cloned(), token.clone()));
        });
        *self.last.lock().unwrap() = Some(subscription);
        Answer::default()
    }

    pub(crate) fn unfollow(&self) -> Answer {
        self.last.lock().unwrap().as_ref().expect("`watch` came before").unsubscribe();
        Answer::default()
    }

    pub(crate) fn changes(&self) -> Answer {
        thread::sleep(MOMENT);
        let changes = self.changes.lock().unwrap();
        let answer = Answer::default().with("count", changes.len().to_string());
        let (before, last) = changes.last().map(|(before, last)| (before.as_ref(), last)).unzip();
        answer
            .maybe("reveal.last", last.map(Token::reveal))
            .maybe("reveal.before", before.flatten().map(Token::reveal))
    }

    pub(crate) fn events(&self) -> Answer {
        thread::sleep(MOMENT);
        let events = mem::take(&mut *self.events.lock().unwrap());
        let answer = Answer::default().with("count", events.len().to_string());
        events
            .iter()
            .enumerate()
            .fold(answer, |answer, (index, event)| answer.event(&format!("{index}."), event))
    }
}

/// How many different tokens so many threads get that ask at once.
pub(crate) fn tokens(source: &TokenSource, count: &str) -> Result<Answer> {
    let count: usize = count.parse().expect("a number");
    let ask = || source.token().wait().map(|token| token.reveal().to_owned());
    let tokens: Result<HashSet<String>> = thread::scope(|scope| {
        let asking: Vec<_> = (0..count).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    Ok(Answer::default().with("count", tokens?.len().to_string()))
}

/// For what is on its way on another thread.
const MOMENT: Duration = Duration::from_millis(100);
