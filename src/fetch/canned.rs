//! Prepared answers in place of the network, for tests of what stands above.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use super::{Answer, Ask, Cause, Error, Failure, Fetch, wire};
use crate::domain::{Exchange, Site, SiteId, Validators};

/// A Fetch of prepared answers that records what it is asked. An address without one answers 404.
pub struct Canned {
    now: Timestamp,
    prepared: Mutex<Vec<Prepared>>,
    asks: Mutex<Vec<(SiteId, Ask)>>,
    jar: Mutex<Option<String>>,
}

/// What answers one address, or one form sent to it.
struct Prepared {
    url: String,
    /// A field that the form must have; `None`: a GET.
    field: Option<(String, String)>,
    /// In turn; the last one stays.
    answers: VecDeque<Result<Answer, Error>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Canned {
    /// Nothing prepared; exchanges carry this time.
    pub fn new(now: Timestamp) -> Self {
        Self { now, prepared: Mutex::default(), asks: Mutex::default(), jar: Mutex::default() }
    }

    /// Adds an answer after those that the address has.
    pub fn answer(&self, url: &str, answer: Result<Answer, Error>) -> &Self {
        self.put(url, None, answer)
    }

    /// Adds an HTML page.
    pub fn page(&self, url: &str, html: &str) -> &Self {
        self.put(url, None, self.html(url, 200, html))
    }

    /// Adds an HTML page that answers with validators; sent back, they bring a 304.
    pub fn page_with(&self, url: &str, html: &str, validators: Validators) -> &Self {
        self.put(url, None, self.html(url, 200, html).map(|answer| Answer { validators, ..answer }))
    }

    /// Adds an answer of that status.
    pub fn status(&self, url: &str, status: u16) -> &Self {
        self.put(url, None, self.html(url, status, ""))
    }

    /// Adds a failure.
    pub fn fail(&self, url: &str, error: Error) -> &Self {
        self.put(url, None, Err(error))
    }

    /// Adds a page that answers a form with that field.
    pub fn form(&self, url: &str, name: &str, value: &str, html: &str) -> &Self {
        self.put(url, Some((name.to_owned(), value.to_owned())), self.html(url, 200, html))
    }

    /// Forgets the answers of an address.
    pub fn clear(&self, url: &str) -> &Self {
        lock(&self.prepared).retain(|prepared| prepared.url != url);
        self
    }

    /// What was asked, in order.
    pub fn asks(&self) -> Vec<(SiteId, Ask)> {
        lock(&self.asks).clone()
    }

    /// The addresses that were asked since the last call.
    pub fn take_asked(&self) -> Vec<String> {
        lock(&self.asks).drain(..).map(|(_, ask)| ask.url.to_string()).collect()
    }

    fn put(
        &self,
        url: &str,
        field: Option<(String, String)>,
        answer: Result<Answer, Error>,
    ) -> &Self {
        let mut prepared = lock(&self.prepared);
        match prepared.iter_mut().find(|p| p.url == url && p.field == field) {
            Some(known) => known.answers.push_back(answer),
            None => prepared.push(Prepared {
                url: url.to_owned(),
                field,
                answers: VecDeque::from([answer]),
            }),
        }
        drop(prepared);
        self
    }

    fn html(&self, url: &str, status: u16, html: &str) -> Result<Answer, Error> {
        let url = Url::parse(url).map_err(|e| Error::Setup(Cause::of(e)))?;
        let (content_type, body) =
            (Some("text/html; charset=utf-8".to_owned()), Bytes::copy_from_slice(html.as_bytes()));
        Ok(Answer {
            url,
            status,
            content_type,
            body,
            validators: Validators::default(),
            digest: 0,
            unchanged: false,
            elsewhere: None,
            exchanges: Vec::new(),
        })
    }

    fn find(&self, ask: &Ask) -> Result<Answer, Error> {
        let mut prepared = lock(&self.prepared);
        let fits = |p: &&mut Prepared| match (&p.field, &ask.form) {
            (None, None) => p.url == ask.url.as_str(),
            (Some(field), Some(form)) => p.url == ask.url.as_str() && form.contains(field),
            _ => false,
        };
        match prepared.iter_mut().find(fits) {
            None => self.html(ask.url.as_str(), 404, ""),
            Some(Prepared { answers, .. }) if answers.len() > 1 => {
                answers.pop_front().unwrap_or(Err(Error::Barred))
            }
            Some(Prepared { answers, .. }) => {
                answers.front().cloned().unwrap_or(Err(Error::Barred))
            }
        }
    }

    /// The exchange that an answer would have been.
    fn exchange(&self, ask: &Ask, answer: &Answer) -> Exchange {
        let v = &answer.validators;
        let fields = [
            ("content-type", &answer.content_type),
            ("etag", &v.etag),
            ("last-modified", &v.last_modified),
        ];
        Exchange {
            url: answer.url.to_string(),
            time: self.now,
            peer: None,
            method: if ask.form.is_some() { "POST" } else { "GET" },
            request_fields: vec![("Host".to_owned(), answer.url.authority().to_owned())],
            request_body: Bytes::new(),
            status: answer.status,
            reason: String::new(),
            fields: fields
                .iter()
                .filter_map(|(name, value)| {
                    Some(((*name).to_owned(), value.as_ref()?.clone().into_bytes()))
                })
                .collect(),
            body: answer.body.clone(),
        }
    }
}

#[async_trait]
impl Fetch for Canned {
    async fn fetch(&self, site: &Site, ask: Ask) -> Result<Answer, Failure> {
        let found = self.find(&ask);
        lock(&self.asks).push((site.id.clone(), ask.clone()));
        let mut answer = found.map_err(|error| Failure { error, exchanges: Vec::new() })?;
        if answer.status == 200 && !ask.validators.is_empty() && ask.validators == answer.validators
        {
            answer = Answer { status: 304, body: Bytes::new(), ..answer };
        }
        if answer.exchanges.is_empty() {
            answer.exchanges.push(self.exchange(&ask, &answer));
        }
        answer.digest = answer.exchanges.last().map_or(0, wire::digest);
        answer.unchanged = ask.known == Some(answer.digest);
        Ok(answer)
    }

    fn cookies(&self, _site: &Site) -> Option<String> {
        lock(&self.jar).clone()
    }

    fn restore_cookies(&self, _site: &Site, jar: &str) {
        *lock(&self.jar) = Some(jar.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::tests::{ask, site};

    #[tokio::test]
    async fn answers_come_in_turn_and_the_last_stays() {
        let (canned, site, url) =
            (Canned::new(Timestamp::UNIX_EPOCH), site("https://h.example/"), "https://h.example/");
        let validators = Validators { etag: Some("\"2\"".to_owned()), last_modified: None };
        canned
            .page(url, "one")
            .fail(url, Error::Timeout(20))
            .page_with(url, "two", validators.clone())
            .form(url, "page", "2", "three");
        assert_eq!(canned.fetch(&site, ask(url)).await.unwrap().body, "one");
        assert!(canned.fetch(&site, ask(url)).await.is_err());
        assert_eq!(canned.fetch(&site, ask(url)).await.unwrap().exchanges.len(), 1);
        assert_eq!(canned.fetch(&site, Ask { validators, ..ask(url) }).await.unwrap().status, 304);
        let form = Some(vec![("page".to_owned(), "2".to_owned())]);
        assert_eq!(canned.fetch(&site, Ask { form, ..ask(url) }).await.unwrap().body, "three");
        assert_eq!(canned.fetch(&site, ask("https://h.example/no")).await.unwrap().status, 404);
        assert_eq!(canned.take_asked().len(), 6);
    }
}
