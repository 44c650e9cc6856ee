//! A portal profile as data: which block plays which role, and how a role's content becomes fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `config/portals/NAME.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// The file's name; filled in by the loader.
    #[serde(skip)]
    pub name: String,
}
