// A loader of Tabtune's GPU worker, as Trunk writes them, that counts what the worker asks of WebGPU.

const counts = { dispatches: 0, submits: 0, bytesWritten: 0, writes: 0, readBacks: 0, pipelines: 0 };

/** Does something at each call of a method, before it. */
function watch(type, method, note) {
  const original = type.prototype[method];
  type.prototype[method] = function (...given) {
    note(given);
    return original.apply(this, given);
  };
}

watch(GPUComputePassEncoder, "dispatchWorkgroups", () => counts.dispatches++);
watch(GPUComputePassEncoder, "dispatchWorkgroupsIndirect", () => counts.dispatches++);
watch(GPUDevice, "createComputePipeline", () => counts.pipelines++);
watch(GPUDevice, "createComputePipelineAsync", () => counts.pipelines++);
watch(GPUQueue, "submit", () => counts.submits++);
watch(GPUQueue, "writeBuffer", ([, , data, from = 0, size]) => {
  // In elements of a typed array, in bytes of a buffer.
  const element = data.BYTES_PER_ELEMENT ?? 1;
  const elements = size ?? (data.length ?? data.byteLength) - from;
  counts.writes++;
  counts.bytesWritten += elements * element;
});
watch(GPUBuffer, "mapAsync", ([mode]) => (counts.readBacks += mode & GPUMapMode.READ ? 1 : 0));

self.addEventListener("message", (event) => {
  if (!event.data?.counts) return;
  // No command: Tabtune must not see it.
  event.stopImmediatePropagation();
  self.postMessage({ counts: { ...counts } });
  for (const name of Object.keys(counts)) counts[name] = 0;
});

importScripts("../worker-gpu.js");
wasm_bindgen("../worker-gpu_bg.wasm");
