"""PyTorch with transformers and PEFT, as `cargo xtask bench` measures it: the same work as examples/speed.

`python pytorch.py ENCODER_DIR [--device cuda] [--fp16]` says what it is, then reads a line for each piece of work and answers
with the milliseconds that it took:

- `forward TEXTS.json`: the mean embeddings of the texts, in batches of 32, the longest first.
- `step TEXTS.json`: a step of LoRA (rank 8, query and value) with a linear head on the texts as one batch, until its loss was read.
- `steps N TEXTS.json`: such a step where so many are taken in a row, of which the losses are read together.
- `epoch TEXTS.json`: such steps on the texts in batches of 16 of like length, in random order; losses likewise.

With `--fp16` they are in 16-bit numbers by autocast, and the loss is scaled. Texts to train on are tokenized beforehand, as
Tabtune's are. The number of threads is `OMP_NUM_THREADS`. Needs ../interop/requirements.txt.
"""

import argparse
import json
import os
import random
import sys
import time
from functools import cache
from pathlib import Path

import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoModel, AutoTokenizer

MAX_LENGTH, BATCH, TRAIN_BATCH = 128, 32, 16


def mean(encoder, batch):
    hidden, mask = encoder(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
    return (hidden * mask).sum(1) / mask.sum(1)


class Contender:
    def __init__(self, folder: str, device: str, fp16: bool):
        self.device, self.fp16 = device, fp16
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.encoder = AutoModel.from_pretrained(folder).float().eval().to(device)
        config = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.1, target_modules=["query", "value"])
        # No dropout in the encoder itself, as in Tabtune's default.
        dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        adapted = get_peft_model(AutoModel.from_pretrained(folder, **dropout).float(), config)
        self.adapted = adapted.train().to(device)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 2).to(device)
        trained = [p for p in self.adapted.parameters() if p.requires_grad] + list(self.head.parameters())
        # Fused, an update on a GPU waits for nothing, not even for what GradScaler has found.
        fused = device != "cpu"
        self.optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01, fused=fused)
        self.trained, self.scaler = trained, torch.amp.GradScaler(device, enabled=fp16)
        self.training_batch = cache(self.batch)

    def autocast(self):
        return torch.autocast(self.device, torch.float16, enabled=self.fp16)

    def batch(self, texts: tuple[str, ...]) -> dict:
        return self.tokenizer(list(texts), padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")

    def forward(self, texts: tuple[str, ...]) -> None:
        longest_first = sorted(texts, key=len, reverse=True)
        embeddings = []
        with torch.inference_mode(), self.autocast():
            for start in range(0, len(texts), BATCH):
                batch = self.batch(longest_first[start : start + BATCH])
                embeddings.append(mean(self.encoder, batch.to(self.device)))
        torch.cat(embeddings).cpu()

    def ask_for_step(self, texts: tuple[str, ...]) -> torch.Tensor:
        batch = {name: values.to(self.device) for name, values in self.training_batch(texts).items()}
        targets = (torch.arange(len(texts)) % 2).to(self.device)
        with self.autocast():
            vectors = torch.nn.functional.dropout(mean(self.adapted, batch), 0.1)
            loss = torch.nn.functional.cross_entropy(self.head(vectors), targets)
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimizer)
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
        return loss.detach()

    def steps(self, batches: list[tuple[str, ...]]) -> None:
        torch.stack([self.ask_for_step(batch) for batch in batches]).cpu()

    def batches_of_like_length(self, texts: tuple[str, ...]) -> list[tuple[str, ...]]:
        by_length = sorted(texts, key=lambda text: len(self.training_batch((text,))["input_ids"][0]), reverse=True)
        batches = [tuple(by_length[start : start + TRAIN_BATCH]) for start in range(0, len(texts), TRAIN_BATCH)]
        for batch in batches:
            self.training_batch(batch)
        return random.sample(batches, len(batches))


def answer(contender: Contender, line: str) -> float:
    """The milliseconds that a line's work takes."""
    work, of = line.split(maxsplit=1)
    count = 1
    if work == "steps":
        count, of = of.split(maxsplit=1)
    texts = tuple(json.loads(Path(of.strip()).read_text(encoding="utf-8")))
    batches = []
    if work == "epoch":
        batches = contender.batches_of_like_length(texts)
    elif work != "forward":
        contender.training_batch(texts)
        batches = [texts] * int(count)
    begun = time.perf_counter()
    if work == "forward":
        contender.forward(texts)
    else:
        contender.steps(batches)
    return (time.perf_counter() - begun) * 1000 / int(count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("encoder")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--fp16", action="store_true")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    contender = Contender(arguments.encoder, arguments.device, arguments.fp16)
    on = f" on {torch.cuda.get_device_name()}" if arguments.device == "cuda" else ""
    print(f"torch {torch.__version__}{on}", flush=True)
    for line in sys.stdin:
        print(answer(contender, line), flush=True)
