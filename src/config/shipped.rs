//! The engines and portal profiles that are compiled in.

/// Name and text of each shipped engine.
pub(super) const ENGINES: [(&str, &str); 5] = [
    ("liferay-6", include_str!("../../config/engines/liferay-6.toml")),
    ("liferay-7", include_str!("../../config/engines/liferay-7.toml")),
    ("sharepoint-2007", include_str!("../../config/engines/sharepoint-2007.toml")),
    ("sharepoint-2010", include_str!("../../config/engines/sharepoint-2010.toml")),
    ("sharepoint-2013", include_str!("../../config/engines/sharepoint-2013.toml")),
];

/// Name and text of each shipped portal profile.
pub(super) const PORTALS: [(&str, &str); 3] = [
    ("liferay", include_str!("../../config/portals/liferay.toml")),
    ("publishing-portal", include_str!("../../config/portals/publishing-portal.toml")),
    ("sharepoint", include_str!("../../config/portals/sharepoint.toml")),
];
