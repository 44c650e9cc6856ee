//! An engine as data: how a portal engine marks blocks, and where their names stand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `config/engines/NAME.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    /// The file's name; filled in by the loader.
    #[serde(skip)]
    pub name: String,
}
