// The benchmark's page: contenders by name. What they are asked, and in which order, is decided in tests/bench.

import { Tabtune } from "./tabtune.js";

const contenders = new Map();

/** A worker that runs a library, see peer.js. */
class Peer {
  static async open(options) {
    const worker = new Worker("peer.js", { type: "module" });
    const peer = new Peer(worker);
    await peer.ask({ open: options });
    return peer;
  }

  constructor(worker) {
    this.worker = worker;
  }

  ask(question) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.answer));
      this.worker.onerror = (event) => reject(new Error(event.message ?? "the worker could not be started"));
      this.worker.postMessage(question);
    });
  }

  close() {
    this.worker.terminate();
  }
}

/** Takes the time of a promise that `work` makes. */
async function timed(work) {
  const begun = performance.now();
  const answer = await work();
  return { milliseconds: performance.now() - begun, answer };
}

window.bench = {
  /** Opens a contender: `{ tabtune: loader }` or what peer.js takes. */
  open: (name, options) =>
    timed(async () => {
      const opened = options.tabtune ? await Tabtune.open(options) : await Peer.open(options);
      contenders.set(name, opened);
    }),

  /** Asks a contender; `text` is what lies beside a command to Tabtune. */
  ask: (name, question, text) => timed(() => contenders.get(name).ask(question, text)),

  /** What Tabtune's worker has said since the last call. */
  heard: (name) => contenders.get(name).heard.splice(0),

  counts: (name) => contenders.get(name).counts(),

  close: (name) => {
    contenders.get(name)?.close();
    contenders.delete(name);
  },

  facts: async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    const { vendor, architecture, description } = adapter?.info ?? {};
    return {
      browser: navigator.userAgent,
      isolated: crossOriginIsolated,
      threads: navigator.hardwareConcurrency,
      adapter: adapter ? [vendor, architecture, description].filter(Boolean).join(" ") : null,
    };
  },
};
