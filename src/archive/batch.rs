//! Records made and compressed before they have a place: the costly part of an append, outside of
//! any lock.

use std::io;

use uuid::Uuid;

use super::account::COUNTED;
use super::member::Packer;
use super::record::{Ids, Record};
use super::segment::Name;
use super::{NewResource, digest, http, record};
use crate::domain::time::micros;
use crate::domain::{Exchange, Place};

/// Members that are appended together.
pub(super) struct Batch<'a> {
    ids: &'a Ids,
    packer: Packer,
    bytes: Vec<u8>,
    places: Vec<Place>,
    articles: u64,
}

impl<'a> Batch<'a> {
    pub(super) fn new(ids: &'a Ids, packer: Packer) -> Self {
        Self { ids, packer, bytes: Vec::new(), places: Vec::new(), articles: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Records of articles among them.
    pub(super) fn articles(&self) -> u64 {
        self.articles
    }

    /// The places of responses and resources, now that the batch has one; and what packed them, to
    /// be used again.
    pub(super) fn placed(self, file: Name, offset: u64) -> (Vec<Place>, Packer) {
        let file = file.to_string();
        let places = self.places.into_iter().map(|place| Place {
            file: file.clone(),
            offset: place.offset + offset,
            ..place
        });
        (places.collect(), self.packer)
    }

    /// A request and its response, each naming the other; gives the response's id.
    pub(super) fn exchange(&mut self, exchange: &Exchange) -> io::Result<Uuid> {
        let uri = exchange.url.as_str();
        let asked = http::request_head(exchange);
        let answered = http::response_head(exchange);
        let payload = digest::sha256(&[&exchange.body]);
        let request = self.ids.next(
            "request",
            uri,
            exchange.time,
            &digest::sha256(&[&asked, &exchange.request_body]),
        );
        let response = self.ids.next("response", uri, exchange.time, &payload);
        let common = |kind, id, other, media_type, payload_digest, block| Record {
            kind,
            id,
            time: exchange.time,
            uri: Some(uri),
            media_type,
            peer: exchange.peer,
            concurrent_to: Some(other),
            file: None,
            payload_digest,
            block,
        };
        let block = [&asked[..], &exchange.request_body[..]];
        self.push(&common(
            "request",
            request,
            response,
            "application/http;msgtype=request",
            None,
            block,
        ))?;
        let block = [&answered[..], &exchange.body[..]];
        let place = self.push(&common(
            "response",
            response,
            request,
            "application/http;msgtype=response",
            Some(payload.as_str()),
            block,
        ))?;
        self.places.push(Place { digest: payload, time: micros(exchange.time), ..place });
        Ok(response)
    }

    /// What is noted of a response.
    pub(super) fn metadata(
        &mut self,
        exchange: &Exchange,
        response: Uuid,
        notes: &[(&str, String)],
    ) -> io::Result<()> {
        let block = record::fields(notes.iter().map(|(name, value)| (*name, value.as_str())));
        let id =
            self.ids.next("metadata", &exchange.url, exchange.time, &digest::sha256(&[&block]));
        let (uri, media_type) = (Some(exchange.url.as_str()), "application/warc-fields");
        let record = Record {
            kind: "metadata",
            id,
            time: exchange.time,
            uri,
            media_type,
            peer: None,
            concurrent_to: Some(response),
            file: None,
            payload_digest: None,
            block: [&block, &[]],
        };
        self.push(&record).map(drop)
    }

    /// A record of our own under its own URN.
    pub(super) fn resource(&mut self, resource: &NewResource) -> io::Result<()> {
        let NewResource { uri, media_type, body, time } = resource;
        let time = *time;
        let payload = digest::sha256(&[body]);
        let record = Record {
            kind: "resource",
            id: self.ids.next("resource", uri, time, &payload),
            time,
            uri: Some(uri),
            media_type,
            peer: None,
            concurrent_to: None,
            file: None,
            payload_digest: Some(&payload),
            block: [body, &[]],
        };
        let place = self.push(&record)?;
        self.places.push(Place { digest: payload, time: micros(time), ..place });
        self.articles += u64::from(uri.starts_with(COUNTED));
        Ok(())
    }

    fn push(&mut self, record: &Record<'_>) -> io::Result<Place> {
        let start = self.bytes.len();
        self.packer.write(&mut self.bytes, record)?;
        Ok(Place {
            offset: start as u64,
            length: (self.bytes.len() - start) as u64,
            ..Place::default()
        })
    }
}
