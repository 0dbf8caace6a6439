//! What the page shows, as a pure function of the events it has received.
