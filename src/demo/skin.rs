//! How pages look: the engine's frame and the vendor's markup.

/// The frame that the portal's engine draws round blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chrome {
    /// SharePoint 2007.
    SharePoint2007,
    /// SharePoint 2010.
    SharePoint2010,
    /// SharePoint 2013.
    SharePoint2013,
}

/// The vendor's markup inside the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// Layout tables.
    Tables,
    /// Divs and headings.
    Divs,
    /// Spans divided by line breaks.
    Spans,
    /// Definition lists, figures.
    Dl,
}
