//! The bounds on what a site may cost: each has a setting, and a count of how often it was hit.

/// A bound. Its name is the label in the metrics, its text what a message says was too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Bytes of an answer's head.
    Head,
    /// Fields of an answer's head.
    HeadFields,
    /// Bytes of a body on the wire.
    Body,
    /// Bytes of a body without its coding.
    Expanded,
    /// Codings upon one another.
    Codings,
    /// Redirects of one request.
    Redirects,
    /// The time of one request in all.
    Deadline,
    /// CPU time of one page.
    Cpu,
    /// Elements inside one another.
    Depth,
    /// Nodes of a page's tree.
    Nodes,
    /// Attributes of one element.
    Attributes,
    /// Bytes of an article's body.
    Content,
    /// Characters of a title.
    Title,
    /// Characters of a lead.
    Lead,
    /// Characters of another field, or how many of its kind.
    Field,
    /// Links of one page.
    Links,
    /// Pages of one listing.
    ListingPages,
    /// Requests of one visit.
    VisitPages,
}

impl Bound {
    /// All of them.
    pub const ALL: [Bound; 18] = [
        Bound::Head,
        Bound::HeadFields,
        Bound::Body,
        Bound::Expanded,
        Bound::Codings,
        Bound::Redirects,
        Bound::Deadline,
        Bound::Cpu,
        Bound::Depth,
        Bound::Nodes,
        Bound::Attributes,
        Bound::Content,
        Bound::Title,
        Bound::Lead,
        Bound::Field,
        Bound::Links,
        Bound::ListingPages,
        Bound::VisitPages,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.told().0
    }

    /// The setting that it is, in `bantin.toml`.
    pub fn setting(self) -> &'static str {
        match self {
            Bound::Head => "fetch.head_limit",
            Bound::HeadFields => "fetch.header_count",
            Bound::Body => "fetch.body_limit",
            Bound::Expanded => "fetch.expanded_limit",
            Bound::Codings => "fetch.codings",
            Bound::Redirects => "fetch.redirects",
            Bound::Deadline => "fetch.timeout",
            Bound::Cpu => "page.cpu",
            Bound::Depth => "page.depth",
            Bound::Nodes => "page.nodes",
            Bound::Attributes => "page.attributes",
            Bound::Content => "page.content",
            Bound::Title => "page.title",
            Bound::Lead => "page.lead",
            Bound::Field => "page.field",
            Bound::Links => "page.links",
            Bound::ListingPages => "fetch.listing_pages",
            Bound::VisitPages => "fetch.visit_pages",
        }
    }

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Bound::Head => ("head", "bytes of the head"),
            Bound::HeadFields => ("head_fields", "fields of the head"),
            Bound::Body => ("body", "bytes of the body"),
            Bound::Expanded => ("expanded", "bytes of the expanded body"),
            Bound::Codings => ("codings", "codings upon one another"),
            Bound::Redirects => ("redirects", "redirects"),
            Bound::Deadline => ("deadline", "the time of the request"),
            Bound::Cpu => ("cpu", "milliseconds of CPU time"),
            Bound::Depth => ("depth", "nested elements"),
            Bound::Nodes => ("nodes", "nodes"),
            Bound::Attributes => ("attributes", "attributes of one element"),
            Bound::Content => ("content", "bytes of the article's body"),
            Bound::Title => ("title", "characters of the title"),
            Bound::Lead => ("lead", "characters of the lead"),
            Bound::Field => ("field", "characters of a field, or fields of a kind"),
            Bound::Links => ("links", "links of one page"),
            Bound::ListingPages => ("listing_pages", "pages of one listing"),
            Bound::VisitPages => ("visit_pages", "requests of one visit"),
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.told().1)
    }
}
