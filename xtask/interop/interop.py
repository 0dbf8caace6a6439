"""transformers' and PEFT's half of `cargo xtask interop`: computes logits and leaves the comparison to xtask.

`python interop.py JOBS.json` reads a list of texts and of jobs:

- `load`: runs the Python of the model card in `folder` and calls its `logits` with `arguments`; unpacks a zip before,
  and sees that transformers reads its `problem_type`.
- `make`: has PEFT put a random adapter on `encoder`, with so many `outputs`, and save it in `folder`.

Each job writes the logits of the texts to `result`, a row for each.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

import safetensors.torch
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer

MAX_LENGTH = 64


def load(job: dict, texts: list[str]) -> torch.Tensor:
    if "zip" in job:
        zipfile.ZipFile(job["zip"]).extractall(job["folder"])
        config = AutoConfig.from_pretrained(job["folder"])
        if config.problem_type != job["problem_type"]:
            sys.exit(f"{job['folder']}: the problem type is {config.problem_type}, not {job['problem_type']}")
    card = (Path(job["folder"]) / "README.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", card, re.DOTALL)[1], names)
    return names["logits"](texts, **job["arguments"])


def make(job: dict, texts: list[str]) -> torch.Tensor:
    encoder, folder, classifies = job["encoder"], Path(job["folder"]), job["task_type"] == "SEQ_CLS"
    torch.manual_seed(7)
    if classifies:
        problem = {"num_labels": job["outputs"], "problem_type": job["problem_type"]}
        model = AutoModelForSequenceClassification.from_pretrained(encoder, **problem)
    else:
        model = AutoModel.from_pretrained(encoder)
    config = LoraConfig(task_type=job["task_type"], r=8, lora_alpha=16, **job["settings"])
    model = get_peft_model(model.float(), config).eval()
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            # PEFT begins with zero, which would show nothing.
            torch.nn.init.normal_(parameter, std=0.05)
    model.save_pretrained(folder)

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    batch = tokenizer(texts, padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")
    with torch.no_grad():
        if classifies:
            return model(**batch).logits
        hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
        outputs = job["outputs"]
        head = {"classifier.weight": torch.randn(outputs, hidden.shape[-1]), "classifier.bias": torch.randn(outputs)}
        safetensors.torch.save_file(head, folder / "head.safetensors", metadata={"pooling": "mean"})
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        return pooled @ head["classifier.weight"].T + head["classifier.bias"]


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for job in jobs["jobs"]:
        logits = {"load": load, "make": make}[job["do"]](job, jobs["texts"])
        Path(job["result"]).write_text(json.dumps(logits.tolist()))
