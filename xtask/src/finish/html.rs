//! The policy in index.html, and what it is made of.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tabtune::offline::{Policy, SERVICE_WORKER};

/// What the tags are put behind: no script, style or link may stand before a policy.
const FIRST: &str = "<meta charset=\"utf-8\" />";
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"";
const OFFLINE: &str = "<meta name=\"tabtune-service-worker\" content=\"";

/// The page with its policy, and with the name of its service worker, in place of those that it may have.
pub fn with_policy(page: &str) -> Result<String> {
    let page = without(&without(page, POLICY), OFFLINE);
    let policy = policy_of(&page)?.of_meta();
    ensure!(
        page.matches(FIRST).count() == 1 && !policy.contains('"'),
        "index.html does not begin with {FIRST}"
    );
    let tags = format!("{FIRST}\n    {POLICY}{policy}\" />\n    {OFFLINE}{SERVICE_WORKER}\" />");
    Ok(page.replace(FIRST, &tags))
}

/// The page as a server gives it that has no service worker for it.
pub fn without_service_worker(page: &str) -> String {
    without(page, OFFLINE)
}

/// What a page's policy is made of: its inline scripts, and where it says that the hub is.
pub fn policy_of(page: &str) -> Result<Policy> {
    let hub = content(page, "tabtune-hub").context("index.html names no tabtune-hub")?;
    let files = content(page, "tabtune-hub-files").unwrap_or_default();
    let hub = [hub.trim_end_matches('/')]
        .into_iter()
        .chain(files.split_whitespace());
    Ok(Policy {
        inline_scripts: inline_scripts(page).map(hash).collect(),
        hub: hub.map(str::to_owned).collect(),
    })
}

/// Removes the line with a tag.
fn without(page: &str, tag: &str) -> String {
    let keeps = |line: &&str| !line.trim_start().starts_with(tag);
    page.split_inclusive('\n').filter(keeps).collect()
}

/// What a `<meta>` of index.html says.
fn content<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let tag = format!("<meta name=\"{name}\" content=\"");
    page.split(&tag).nth(1)?.split('"').next()
}

/// What stands between the tags of scripts that have no address.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (code, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(code)
    })
}

/// A script's hash as a source of a policy.
fn hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<head>
    <meta charset="utf-8" />
    <meta name="tabtune-hub" content="https://hub.example/" />
    <meta name="tabtune-hub-files" content="https://*.files.example https://x.example" />
<script type="module">alert(1)</script><script src="a.js"></script>
</head>
"#;

    #[test]
    fn the_policy_holds_what_the_page_needs() -> Result<()> {
        let policy = policy_of(PAGE)?;
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let expected = "sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=";
        assert_eq!(policy.inline_scripts, [expected]);
        assert_eq!(
            policy.hub,
            [
                "https://hub.example",
                "https://*.files.example",
                "https://x.example"
            ]
        );
        assert!(policy_of("<head></head>").is_err());
        Ok(())
    }

    #[test]
    fn a_page_that_has_a_policy_gets_it_anew() -> Result<()> {
        let once = with_policy(PAGE)?;
        assert_eq!(with_policy(&once)?, once);
        assert_eq!(once.matches(POLICY).count(), 1);
        let (before, _) = once.split_once(POLICY).context("it has a policy")?;
        assert!(!before.contains("<script") && !before.contains("<link"));
        assert!(!without_service_worker(&once).contains(OFFLINE));
        Ok(())
    }
}
