//! Stub, replaced at the merge.

use serde_json::{Value, json};

use crate::domain::feed::Entry;

/// Stub of the JSON Feed item.
pub fn of_entry(entry: &Entry) -> Value {
    let article = &entry.record.article;
    let mut item = json!({"id": article.urn(), "content_html": article.content_html, "content_text": article.content_text});
    if !article.title.is_empty() {
        item["title"] = json!(article.title);
    }
    if !article.url.is_empty() {
        item["url"] = json!(article.url);
    }
    item
}
