//! What a published body may hold, as data.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `config/html.toml`: what stays of an article's markup, and what endings mean. Empty lists allow
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HtmlRules {
    /// Elements that stay; others lose their tags and keep their content.
    pub tags: Vec<String>,
    /// Elements that go with all they hold.
    pub drop: Vec<String>,
    /// Schemes of links, of http, https, mailto and tel; pictures and attachments are http or https
    /// always.
    pub schemes: Vec<String>,
    /// Attributes that stay, by element. Addresses among them become absolute.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Media types of attached documents, by the ending of their address.
    pub media_types: BTreeMap<String, String>,
}
