// A library in a worker: opened once, then asked for the mean embeddings of texts.
//
// Both take what Tabtune takes: texts, tokenized here too. Batches are of 32 texts of like length.

const BATCH = 32;

/** The mean of each text's hidden states, without padding. `hidden` is [texts, tokens, width]. */
function pooled(hidden, lengths, tokens, width) {
  return lengths.map((length, text) => {
    const mean = new Float32Array(width);
    for (let token = 0; token < length; token++) {
      const from = (text * tokens + token) * width;
      for (let i = 0; i < width; i++) mean[i] += hidden[from + i];
    }
    return mean.map((sum) => sum / length);
  });
}

/** The texts' places, the longest text first. */
function byLength(lengths) {
  return lengths.map((_, place) => place).sort((a, b) => lengths[b] - lengths[a]);
}

/** Transformers.js, with its files from beside this one. */
async function transformers({ transformersFiles, models }) {
  const library = await import(`${transformersFiles}transformers.min.js`);
  const { env } = library;
  Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: models, useBrowserCache: false });
  env.useWasmCache = false;
  return library;
}

async function openOnnx(options) {
  const { ortFiles, model, data, threads } = options;
  const ort = await import(`${ortFiles}ort.wasm.min.mjs`);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = new URL(ortFiles, location.href).href;
  const fetched = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());
  const session = await ort.InferenceSession.create(await fetched(model), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    externalData: data ? [{ path: data.split("/").pop(), data: await fetched(data) }] : undefined,
  });
  const { AutoTokenizer } = await transformers(options);
  const tokenizer = await AutoTokenizer.from_pretrained(options.name);

  const run = async (ids) => {
    const lengths = ids.map((of) => of.length);
    const tokens = Math.max(...lengths);
    const filled = (value) => {
      const all = new BigInt64Array(ids.length * tokens);
      ids.forEach((of, text) => of.forEach((id, token) => (all[text * tokens + token] = value(id))));
      return new ort.Tensor("int64", all, [ids.length, tokens]);
    };
    const inputs = { input_ids: filled(BigInt), attention_mask: filled(() => 1n), token_type_ids: filled(() => 0n) };
    const wanted = Object.fromEntries(session.inputNames.map((name) => [name, inputs[name]]));
    const outputs = await session.run(wanted);
    const hidden = outputs.last_hidden_state ?? outputs[session.outputNames[0]];
    return pooled(hidden.data, lengths, tokens, hidden.dims[2]);
  };

  return async (texts, maxLength) => {
    const ids = texts.map((text) => tokenizer(text, { return_tensor: false, truncation: true, max_length: maxLength }).input_ids);
    const order = byLength(ids.map((of) => of.length));
    const embeddings = [];
    for (let start = 0; start < order.length; start += BATCH) {
      const chosen = order.slice(start, start + BATCH);
      const rows = await run(chosen.map((text) => ids[text]));
      chosen.forEach((text, row) => (embeddings[text] = rows[row]));
    }
    return embeddings;
  };
}

async function openTransformers(options) {
  const { pipeline, env } = await transformers(options);
  const files = new URL(options.transformersOrtFiles, location.href).href;
  Object.assign(env.backends.onnx.wasm, {
    numThreads: options.threads,
    wasmPaths: {
      mjs: `${files}ort-wasm-simd-threaded.asyncify.mjs`,
      wasm: `${files}ort-wasm-simd-threaded.asyncify.wasm`,
    },
  });
  const extract = await pipeline("feature-extraction", options.name, {
    dtype: options.dtype,
    device: "wasm",
    use_external_data_format: options.dtype === "fp32",
  });
  return async (texts) => {
    const order = byLength(texts.map((text) => text.length));
    const embeddings = [];
    for (let start = 0; start < order.length; start += BATCH) {
      const chosen = order.slice(start, start + BATCH);
      const { data, dims } = await extract(chosen.map((text) => texts[text]), { pooling: "mean" });
      const width = dims[1];
      chosen.forEach((text, row) => (embeddings[text] = data.slice(row * width, (row + 1) * width)));
    }
    return embeddings;
  };
}

let embed;

self.onmessage = async ({ data: { open, texts, maxLength, tell } }) => {
  try {
    if (open) {
      embed = await (open.library === "onnxruntime-web" ? openOnnx(open) : openTransformers(open));
      return self.postMessage({ answer: true });
    }
    const embeddings = await embed(texts, maxLength);
    // What is not wanted does not travel.
    self.postMessage({ answer: tell ? embeddings.map((row) => Array.from(row)) : embeddings.length });
  } catch (error) {
    self.postMessage({ error: String(error?.stack ?? error) });
  }
};
