//! The storage worker of the built page on the browser's real file system, spoken to by script.

use serde_json::{Value, json};

use crate::page::{PATIENCE, PLAIN, Page, Result, variable};

const SCRIPT: &str = include_str!("storage.js");

/// A page of the same origin on which nothing else stores, and which no policy keeps from starting workers of a test: one of
/// the data files of the site, as a text.
pub struct Browser {
    pub page: Page,
}

impl Browser {
    async fn open() -> Result<Self> {
        Self::in_place_of(Page::open("?device=cpu", PLAIN).await?).await
    }

    /// Leaves the page, which then holds no project.
    pub async fn in_place_of(page: Page) -> Result<Self> {
        let browser = Self { page };
        browser.show().await?;
        Ok(browser)
    }

    /// Shows it anew in place of the page, whose own worker would store, too.
    async fn show(&self) -> Result {
        let driver = &self.page.driver;
        let address = format!("{}models/index.json", variable("TABTUNE_URL")?);
        driver.goto(address).await?;
        driver.set_script_timeout(PATIENCE).await?;
        driver.execute(SCRIPT, vec![]).await?;
        Ok(())
    }

    /// Runs the body of an async function, with `storage` and `client` at hand, and gives back what it returns.
    pub async fn run(&self, body: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
            (async () => {{ {body} }})().then(value => done({{ value }}), error => done({{ error: String(error) }}))"
        );
        let answer = self.page.driver.execute_async(script, vec![]).await?;
        let answer: Value = answer.json().clone();
        match answer.get("error") {
            Some(error) => Err(format!("{error} in {body}").into()),
            None => Ok(answer["value"].clone()),
        }
    }

    async fn close(self) -> Result {
        self.page.close().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_are_made_kept_listed_renamed_and_deleted() -> Result {
    let browser = Browser::open().await?;
    let done = browser
        .run(
            "window.client = await storage.start();
            const made = await client.send('Create', { name: 'Reviews' });
            window.id = made.project.id;
            const large = 'x'.repeat(3_000_000);
            const saved = await client.save('{\"a\":1}', { table: 'text,label', model: large });
            const again = await client.save('{\"a\":2}', { model: 'small' }, ['table']);
            const opened = await storage.read(await client.open(id));
            return {
                started: [client.started.kind, client.started.projects.length],
                made: [made.kind, made.project.name, made.files.length],
                saved: [saved.kind, saved.project.bytes, saved.space.used > 3_000_000, saved.space.quota > saved.space.used],
                again: again.project.bytes,
                opened,
            };",
        )
        .await?;
    let expected = json!({
        "started": ["Started", 0],
        "made": ["Opened", "Reviews", 0],
        "saved": ["Saved", 3_000_017, true, true],
        "again": 12,
        "opened": { "kind": "Opened", "record": "{\"a\":2}", "files": { "model": "small" }, "damaged": [], "earlier": false },
    });
    assert_eq!(done, expected);
    // After a reload of the page, which takes the lock with it, all is there.
    browser.show().await?;
    let done = browser
        .run(
            "window.client = await storage.start();
            window.id = client.started.projects[0].id;
            const opened = await storage.read(await client.open(id));
            const other = (await client.send('Create', { name: 'Other' })).project.id;
            const renamed = await client.send('Rename', { project: id, name: ' Mine ' });
            const nameless = await client.send('Rename', { project: id, name: ' ' });
            const held = await client.send('Rename', { project: other, name: 'Held' });
            const names = held.projects.map(project => project.name).sort();
            const deleted = await client.send('Delete', { project: id });
            await client.send('Delete', { project: other });
            const unheld = await client.save('{}', {});
            const gone = await client.open(id);
            return [opened.files, renamed.kind, nameless.error.message, names, deleted.projects.length,
                unheld.error.message, gone.error.message, (await storage.names()).length];",
        )
        .await?;
    let expected = json!([
        { "model": "small" },
        "Listed",
        "A project needs a name.",
        ["Held", "Mine"],
        1,
        "No project is open to save into.",
        "This project is no longer there.",
        0
    ]);
    assert_eq!(done, expected);
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_goes_out_and_in_as_a_file() -> Result {
    let browser = Browser::open().await?;
    let done = browser
        .run(
            "const client = await storage.start();
            const id = (await client.send('Create', { name: 'Reviews v1.2' })).project.id;
            await client.save('{}', { table: 'text,label', 'encoder/config.json': '{}', large: 'y'.repeat(9_000_000) });
            const exported = await client.send('Export', { project: id });
            const file = exported.handles[0];
            await client.send('Close');
            const closed = await client.send('Export', { project: id });
            const imported = await client.send('Import', {}, [file]);
            const opened = await storage.read(await client.open(imported.project.id));
            opened.files.large = opened.files.large.length;
            const cut = await client.send('Import', {}, [file.slice(0, 5_000_000)].map(part => new File([part], 'cut')));
            const other = await client.send('Import', {}, [new File(['text,label'], 'table.csv')]);
            return [exported.name, closed.handles[0].size === file.size, imported.project.name, imported.project.id !== id, opened,
                cut.error.reason.code, other.error.kind, (await storage.names()).length];",
        )
        .await?;
    let files = json!({ "table": "text,label", "encoder/config.json": "{}", "large": 9_000_000 });
    let expected = json!([
        "Reviews-v1-2.tabtune",
        true,
        "Reviews v1.2",
        true,
        { "kind": "Opened", "record": "{}", "files": files, "damaged": [], "earlier": false },
        "storage-error-bundle",
        "Storage",
        2
    ]);
    assert_eq!(done, expected);
    browser.close().await
}

/// Ends the worker amid saves, at other moments each time.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_ends_amid_a_save_leaves_the_state_before_or_after() -> Result {
    let browser = Browser::open().await?;
    let done = browser
        .run(
            "let client = await storage.start();
            const id = (await client.send('Create', { name: 'Reviews' })).project.id;
            const content = (step) => String(step).padEnd(2_000_000, '-');
            await client.save('0', { table: content(0), model: content(0) });
            let last = 0, before = 0, after = 0, earlier = 0;
            for (let round = 1; round <= 40; round++) {
                client.save(String(round), { table: content(round), model: content(round) });
                await new Promise(resolve => setTimeout(resolve, (round * 7) % 60));
                client.end();
                client = await storage.start();
                const opened = await storage.read(await client.wait(id));
                const step = Number(opened.record);
                if (step !== last && step !== round) return `round ${round}: ${step}, not ${last}`;
                if (opened.damaged.length > 0) return `round ${round}: damaged ${opened.damaged}`;
                for (const name of ['table', 'model'])
                    if (opened.files[name] !== content(step)) return `round ${round}: another ${name}`;
                if (step === round) after++; else before++;
                if (opened.earlier) earlier++;
                last = step;
                const names = await storage.names(id);
                if (names.length > 6) return `round ${round}: ${names} are left`;
            }
            return { before, after, earlier };",
        )
        .await?;
    let count = |name: &str| done[name].as_u64().ok_or_else(|| done.to_string());
    assert_eq!(count("before")? + count("after")?, 40);
    assert!(count("before")? > 0, "no save was cut off");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_told_and_the_rest_is_opened() -> Result {
    let browser = Browser::open().await?;
    let done = browser
        .run(
            "const client = await storage.start();
            const id = (await client.send('Create', { name: 'Reviews' })).project.id;
            await client.save('1', { table: 'one', model: 'one' });
            await client.save('2', { table: 'two' });
            await client.send('Close');
            await storage.damage(id, 'content-2', 0);
            const before = await storage.read(await client.open(id));
            // As it was, but for a file that both states have.
            await storage.damage(id, 'content-2', 0);
            await storage.damage(id, 'content-1', 0);
            const content = await storage.read(await client.open(id));
            // The project was made with two slots written: the fourth change is in the second.
            await storage.damage(id, 'manifest-1', 100);
            const slot = await storage.read(await client.open(id));
            await storage.damage(id, 'manifest-0', 100);
            const both = await client.open(id);
            const { projects } = await client.send('List');
            const deleted = await client.send('Delete', { project: id });
            return [before, content, slot, both.error.message, projects[0].damaged, deleted.projects.length];",
        )
        .await?;
    let expected = json!([
        { "kind": "Opened", "record": "1", "files": { "table": "one", "model": "one" }, "damaged": [], "earlier": true },
        { "kind": "Opened", "record": "2", "files": { "table": "two" }, "damaged": ["model"], "earlier": false },
        { "kind": "Opened", "record": "1", "files": { "table": "one" }, "damaged": ["model"], "earlier": true },
        "Nothing of this project can be read any more.",
        true,
        0
    ]);
    assert_eq!(done, expected);
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_never_write_to_one_project() -> Result {
    let browser = Browser::open().await?;
    let driver = &browser.page.driver;
    let first = driver.window().await?;
    let id = browser
        .run(
            "window.client = await storage.start();
            const id = (await client.send('Create', { name: 'Reviews' })).project.id;
            await client.save('1', { table: 'one' });
            return id;",
        )
        .await?;
    let second = driver.new_tab().await?;
    driver.switch_to_window(second.clone()).await?;
    browser.show().await?;
    let done = browser
        .run(&format!(
            "const id = {id};
            window.client = await storage.start();
            const elsewhere = await client.open(id);
            const answers = [];
            for (const command of ['Delete', 'Export']) answers.push(await client.send(command, {{ project: id }}));
            answers.push(await client.send('Rename', {{ project: id, name: 'Mine' }}));
            window.opening = client.wait(id);
            // What waits lets others by.
            const {{ projects }} = await client.send('List');
            const ended = client.send('Close');
            const given_up = await window.opening;
            await ended;
            const news = client.news.length;
            window.opening = client.wait(id);
            await client.send('List');
            return [elsewhere.kind, elsewhere.project.name, answers.map(answer => answer.error.message), projects.length,
                given_up.kind, news, client.news.length];"
        ))
        .await?;
    let held = "This project is open in another tab.";
    let expected = json!([
        "HeldElsewhere",
        "Reviews",
        [held, held, held],
        1,
        "Closed",
        1,
        2
    ]);
    assert_eq!(done, expected);
    driver.switch_to_window(first).await?;
    browser
        .run("await client.save('2', { table: 'two' }); return (await client.send('Close')).kind")
        .await?;
    driver.switch_to_window(second).await?;
    let opened = browser
        .run("return storage.read(await window.opening)")
        .await?;
    let expected = json!({ "kind": "Opened", "record": "2", "files": { "table": "two" }, "damaged": [], "earlier": false });
    assert_eq!(opened, expected);
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_and_nothing_is_lost() -> Result {
    let browser = Browser::open().await?;
    let origin = variable("TABTUNE_URL")?;
    let origin = origin.split("/some/").next().unwrap_or_default();
    let cdp = browser.page.driver.cdp();
    browser
        .run(
            "window.client = await storage.start();
            window.id = (await client.send('Create', { name: 'Reviews' })).project.id;
            await client.save('1', { table: 'one' });",
        )
        .await?;
    let quota = json!({ "origin": origin, "quotaSize": 20_000_000 });
    cdp.send_raw("Storage.overrideQuotaForOrigin", quota)
        .await?;
    let done = browser
        .run(
            "const full = await client.save('2', { model: 'x'.repeat(30_000_000) });
            const names = await storage.names(id);
            const exported = await client.send('Export', { project: id });
            const small = await client.save('3', { table: 'three' });
            const opened = await storage.read(await client.open(id));
            return [full.kind, full.error.kind, full.error.hint, names.length, exported.kind, small.kind, opened.record];",
        )
        .await?;
    let expected = json!([
        "Failed",
        "Storage",
        "Export and delete projects that are no longer needed, or free space on this machine.",
        3,
        "Exported",
        "Saved",
        "3"
    ]);
    assert_eq!(done, expected);
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_no_files_is_told_of() -> Result {
    let browser = Browser::open().await?;
    let done = browser
        .run(
            "const client = await storage.start({ without: ['storage'] });
            const list = await client.send('List');
            const unlocked = await storage.start({ without: ['locks'] });
            return [client.started.error.reason.code, client.started.error.recoverable, list.error.message, unlocked.started.error.kind];",
        )
        .await?;
    let expected = json!([
        "keeper-error-unsupported",
        true,
        "The list of projects has not been opened.",
        "Storage"
    ]);
    assert_eq!(done, expected);
    browser.close().await
}
