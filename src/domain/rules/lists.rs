//! What a portal profile says of roles and lists; `ProfileRules` embeds it as `roles` and `lists`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::role::Role;

/// Block names that play one role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The role.
    pub role: Role,
    /// Patterns of block names, case apart; `*` stands for any run of characters. A pattern fits
    /// the whole name, or the part of it after the last ` - ` (a name is `Solution - Part` until
    /// somebody renames it).
    pub names: Vec<String>,
}

/// The words by which a portal's lists are read, in its language. Words are compared case apart and
/// without outer punctuation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListRules {
    /// Words of a link to the next page, such as `Trang sau`; arrows count by themselves.
    pub next: Vec<String>,
    /// Words of links that double a title link, such as `Xem chi tiết`.
    pub more: Vec<String>,
    /// What an empty list says, such as `Chưa có bài viết nào`; a block that says so is a list.
    pub empty: Vec<String>,
    /// Headings of blocks with related articles, such as `Tin liên quan`.
    pub related: Vec<String>,
    /// Headings of blocks with most-read articles, such as `Tin đọc nhiều`.
    pub most_read: Vec<String>,
    /// Words of links that turn back, to the first or to the last page.
    pub previous: Vec<String>,
}
