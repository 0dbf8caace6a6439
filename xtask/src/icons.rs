//! The icons that systems want as PNG, drawn by Chromium from the one that is committed as SVG.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::chromium::Chromium;
use crate::process::run;
use crate::steps::step;
use crate::tools::Workspace;

/// The background, which a maskable icon fills to its edges.
const BACKGROUND: &str = "#2f5bd3";

/// Name, width and height in pixels, and whether systems may cut it to a shape of theirs.
const ICONS: [(&str, u32, bool); 3] = [
    ("tabtune-192.png", 192, false),
    ("tabtune-512.png", 512, false),
    ("tabtune-maskable-512.png", 512, true),
];

/// Makes all icons anew.
pub fn make(workspace: &Workspace) -> Result<()> {
    let chromium = Chromium::ensure()?;
    let folder = workspace.root.join("www/icons");
    let svg = folder.join("tabtune.svg");
    let svg = fs::read_to_string(&svg).with_context(|| format!("cannot read {}", svg.display()))?;
    let scratch = workspace.cache.target().join("icons");
    fs::create_dir_all(&scratch)?;
    for (name, side, maskable) in ICONS {
        step(name, || {
            let page = scratch.join("icon.html");
            fs::write(&page, drawing(&svg, maskable))?;
            let target = folder.join(name);
            run(Command::new(&chromium.browser)
                .args([
                    "--headless",
                    "--no-sandbox",
                    "--hide-scrollbars",
                    "--force-device-scale-factor=1",
                ])
                .arg("--default-background-color=00000000")
                .arg(format!("--window-size={side},{side}"))
                .arg(format!("--screenshot={}", target.display()))
                .arg(format!("file://{}", page.display())))?;
            ensure!(target.is_file(), "Chromium drew no {name}");
            Ok(format!("{side} pixels"))
        })?;
    }
    Ok(())
}

/// A page that holds the icon alone. What is cut off a maskable icon may reach to four fifths of its width.
fn drawing(svg: &str, maskable: bool) -> String {
    let (background, share) = match maskable {
        true => (BACKGROUND, 80),
        false => ("transparent", 100),
    };
    format!(
        "<!doctype html><style>html,body{{margin:0;height:100%;background:{background}}}body{{display:grid;\
         place-items:center}}svg{{width:{share}vw;height:{share}vw;display:block}}</style>{svg}"
    )
}
