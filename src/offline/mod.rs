//! The page as a set of files: which they are, how they are kept for use without a connection, and the headers that
//! they carry. Plain decisions, the same for the build, the server, the service worker and the page.

mod answer;
mod keeping;
mod message;
mod pass;
mod path;
mod policy;
mod range;
mod site;

pub use answer::{Answer, Asked, answer};
pub use keeping::{Keeping, Readiness};
pub use message::{Ask, Kept, Problem, Step, Told};
pub use pass::{Heard, Pass};
pub use path::{content_type, is_own_script};
pub use policy::{Policy, ROUTES, Route, SHARED_HEADERS};
pub use range::{Part, part_of};
pub use site::{ListedFile, Site, SiteFile};

/// The service worker's script, beside the page.
pub const SERVICE_WORKER: &str = "service-worker.js";

/// The page itself.
pub const INDEX: &str = "index.html";
