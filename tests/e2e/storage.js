// Speaks to storage workers from the page's side, for the tests in storage.rs: `storage.start()` gives one.
window.storage = {
  async start({ without = [] } = {}) {
    const loader = new URL("../worker-storage_loader.js", document.baseURI);
    let address = loader.href;
    if (without.length > 0) {
      // A browser that lacks something, before the worker's own script.
      const script = `for (const name of ${JSON.stringify(without)}) Object.defineProperty(self.navigator, name, { value: undefined });
        importScripts(${JSON.stringify(new URL("worker-storage.js", loader).href)});
        wasm_bindgen(${JSON.stringify(new URL("worker-storage_bg.wasm", loader).href)});`;
      address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    }
    const worker = new Worker(address);
    let next = 1;
    const waiting = new Map();
    const news = [];
    let listening;
    const heard = new Promise((resolve) => { listening = resolve; });
    worker.onmessage = ({ data: { message, files } }) => {
      if (message === "Listening") return listening();
      const [[kind, body]] = Object.entries(message);
      const answer = { kind, ...body, handles: files ?? [] };
      if (kind === "Lost") for (const [, resolve] of waiting) resolve(answer);
      const request = waiting.get(body.id);
      if (kind === "HeldElsewhere" && request?.waits) return news.push(answer);
      waiting.delete(body.id);
      request?.resolve(answer);
    };
    await heard;
    // What is held, and the names of its files.
    const held = { project: "", names: [] };
    const client = {
      news,
      send(name, fields = {}, files = [], waits = false) {
        const id = next++;
        return new Promise((resolve) => {
          waiting.set(id, { waits, resolve: (answer) => {
            if (answer.kind === "Opened")
              [held.project, held.names] = [answer.project.id, [...answer.files, ...answer.damaged]];
            resolve(answer);
          } });
          worker.postMessage({ message: { [name]: { id, ...fields } }, files });
        });
      },
      async save(record, contents, remove = []) {
        const put = Object.keys(contents);
        const keep = held.names.filter((name) => !put.includes(name) && !remove.includes(name));
        const files = Object.entries(contents).map(([name, content]) => new File([content], name));
        const answer = await client.send("Save", { project: held.project, record, put, keep }, files);
        if (answer.kind === "Saved") held.names = [...keep, ...put];
        return answer;
      },
      open: (project) => client.send("Open", { project, wait: false }),
      wait: (project) => client.send("Open", { project, wait: true }, [], true),
      end: () => worker.terminate(),
    };
    client.started = await client.send("Start", { version: 2 });
    return client;
  },

  // An opened project with its files' texts, in a form that can be compared.
  async read(opened) {
    const texts = await Promise.all(opened.handles.map((file) => file.text()));
    const files = Object.fromEntries(opened.files.map((name, place) => [name, texts[place]]));
    return { kind: opened.kind, record: opened.record, files, damaged: opened.damaged, earlier: opened.earlier };
  },

  async folder(project) {
    const root = await navigator.storage.getDirectory();
    const projects = await root.getDirectoryHandle("projects");
    return project === undefined ? projects : projects.getDirectoryHandle(project);
  },

  async names(project) {
    const names = [];
    for await (const name of (await this.folder(project)).keys()) names.push(name);
    return names.sort();
  },

  // The newest manifest of a project, and the file that it stands in.
  async manifest(project) {
    const folder = await this.folder(project);
    const slots = await Promise.all(["manifest-0", "manifest-1"].map(async (slot) => {
      const text = await (await (await folder.getFileHandle(slot)).getFile()).text();
      return { slot, ...JSON.parse(text.slice(text.indexOf("\n") + 1)) };
    }));
    return slots.sort((a, b) => b.generation - a.generation)[0];
  },

  // Writes another byte over one of a file's.
  async damage(project, name, place) {
    const file = await (await this.folder(project)).getFileHandle(name);
    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
    bytes[place] ^= 1;
    const writer = await file.createWritable();
    await writer.write(bytes);
    await writer.close();
  },
};
