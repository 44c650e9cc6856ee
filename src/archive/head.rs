//! The head of a WARC record as it is read back.

use jiff::Timestamp;

/// The fields that bantin reads.
#[derive(Debug)]
pub(super) struct Head {
    pub kind: String,
    pub uri: String,
    pub media_type: String,
    pub time: Timestamp,
    pub length: u64,
    pub block_digest: Option<String>,
    pub payload_digest: Option<String>,
}

impl Head {
    /// Reads a head, up to its empty line.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split("\r\n");
        if lines.next() != Some("WARC/1.1") {
            return Err("not a WARC/1.1 record");
        }
        let fields: Vec<(&str, &str)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name, value.trim_matches([' ', '\t'])))
            .collect();
        let field = |name: &str| {
            fields
                .iter()
                .find(|(given, _)| given.eq_ignore_ascii_case(name))
                .map(|(_, value)| (*value).to_owned())
        };
        Ok(Self {
            kind: field("WARC-Type").ok_or("no WARC-Type")?,
            uri: field("WARC-Target-URI").unwrap_or_default(),
            media_type: field("Content-Type").unwrap_or_default(),
            time: field("WARC-Date").and_then(|date| date.parse().ok()).ok_or("no WARC-Date")?,
            length: field("Content-Length")
                .and_then(|length| length.parse().ok())
                .ok_or("no Content-Length")?,
            block_digest: field("WARC-Block-Digest"),
            payload_digest: field("WARC-Payload-Digest"),
        })
    }
}
