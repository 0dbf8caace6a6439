"""PyTorch with transformers and PEFT, as `cargo xtask bench` measures it: the same work as examples/speed.

`python pytorch.py ENCODER_DIR` reads a line for each piece of work and answers with the milliseconds that it took:

- `forward TEXTS.json`: the mean embeddings of the texts, in batches of 32, the longest first.
- `step TEXTS.json`: a step of LoRA (rank 8, query and value) with a linear head on the texts as one batch.

The number of threads is `OMP_NUM_THREADS`. Needs ../interop/requirements.txt.
"""

import json
import os
import sys
import time
from pathlib import Path

import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoModel, AutoTokenizer

MAX_LENGTH, BATCH = 128, 32


def mean(encoder, batch):
    hidden, mask = encoder(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
    return (hidden * mask).sum(1) / mask.sum(1)


class Contender:
    def __init__(self, folder: str):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.encoder = AutoModel.from_pretrained(folder).float().eval()
        config = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.1, target_modules=["query", "value"])
        # No dropout in the encoder itself, as in Tabtune's default.
        dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        self.adapted = get_peft_model(AutoModel.from_pretrained(folder, **dropout).float(), config).train()
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 2)
        trained = [p for p in self.adapted.parameters() if p.requires_grad] + list(self.head.parameters())
        self.trained, self.optimizer = trained, torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01)

    def batch(self, texts: list[str]) -> dict:
        return self.tokenizer(texts, padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")

    def forward(self, texts: list[str]) -> None:
        texts = sorted(texts, key=len, reverse=True)
        with torch.inference_mode():
            for start in range(0, len(texts), BATCH):
                mean(self.encoder, self.batch(texts[start : start + BATCH])).sum().item()

    def step(self, texts: list[str]) -> None:
        targets = torch.arange(len(texts)) % 2
        vectors = torch.nn.functional.dropout(mean(self.adapted, self.batch(texts)), 0.1)
        loss = torch.nn.functional.cross_entropy(self.head(vectors), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        loss.item()


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    contender = Contender(sys.argv[1])
    print(f"torch {torch.__version__}", flush=True)
    for line in sys.stdin:
        work, path = line.split(maxsplit=1)
        texts = json.loads(Path(path.strip()).read_text(encoding="utf-8"))
        begun = time.perf_counter()
        {"forward": contender.forward, "step": contender.step}[work](texts)
        print((time.perf_counter() - begun) * 1000, flush=True)
