// Tabtune's own worker, as it is shipped: commands in, events out, as src/protocol.rs has them.

/** The event's fields, and its name. */
function unfold(event) {
  if (typeof event === "string") return [event, {}];
  const [name] = Object.keys(event);
  return [name, event[name]];
}

/** Events that say how far a command is, and do not end it. */
const PROGRESS = [
  "EncoderProgress", "HubStored", "TrainingStarted", "TrainingProgress", "EvaluationProgress", "Validated", "Checkpointed",
  "FetchingEncoder", "TableProgress", "TableChecked",
];

export class Tabtune {
  /** `tabtune` is the address of a loader, `type` what it is. */
  static open({ tabtune, type }) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(tabtune, { type });
      const opened = new Tabtune(worker);
      opened.onlistening = () => resolve(opened);
      worker.onerror = (event) => reject(new Error(event.message ?? "the worker could not be started"));
    });
  }

  constructor(worker) {
    this.worker = worker;
    this.waiting = new Map();
    this.heard = [];
    worker.onmessage = ({ data }) => (data.counts ? this.oncounts(data.counts) : this.hear(data.message));
  }

  /** What counting.js has counted since the last call. */
  counts() {
    return new Promise((resolve) => {
      this.oncounts = resolve;
      this.worker.postMessage({ counts: true });
    });
  }

  hear(event) {
    const [name, fields] = unfold(event);
    if (name === "Listening") return this.onlistening();
    if (name === "Lost") {
      for (const { reject } of this.waiting.values()) reject(new Error(JSON.stringify(fields)));
      return this.waiting.clear();
    }
    if (fields.id === undefined) return;
    if (PROGRESS.includes(name)) {
      // Plain data: bytes stay with the message.
      return this.heard.push({ at: performance.now(), name, fields });
    }
    const { resolve, reject } = this.waiting.get(fields.id) ?? {};
    this.waiting.delete(fields.id);
    if (name === "Failed") return reject?.(new Error(`${fields.error.message} ${fields.error.hint}`));
    resolve?.({ [name]: fields });
  }

  /** Sends a command and waits for its answer; of `{ started: command }` for no more than that it is on its way. */
  ask(question, text) {
    const command = question.started ?? question;
    const [, { id }] = unfold(command);
    const message = { message: command };
    const transfer = [];
    if (text !== undefined && text !== null) {
      message.buffer = new TextEncoder().encode(text).buffer;
      transfer.push(message.buffer);
    }
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage(message, transfer);
    if (!question.started) return answer;
    answer.catch((error) => console.error(error));
    return Promise.resolve(null);
  }

  close() {
    this.worker.terminate();
  }
}
