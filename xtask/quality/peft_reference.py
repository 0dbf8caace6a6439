"""The reference row of `cargo xtask quality`: the same texts learnt by PyTorch with transformers and PEFT.

`python peft_reference.py ENCODER_DIR DATA_DIR OUT.json [--sets uci,sms] [--seeds 3] [--lr 0.001]` trains LoRA of PEFT's
default targets for BERT (query and value) with a linear head on the mean of the tokens: rank 8, alpha 16, dropout 0.1,
AdamW (weight decay 0.01, none on biases and norms), linear schedule with 6 % warm-up, batches of 16, 64 tokens, 4
epochs, the weights of the last epoch. Dropout of the encoder is as transformers trains it: on. Runs are added to
OUT.json; one that is there is not made again. Needs ../interop/requirements.txt and scikit-learn.
"""

import argparse
import csv
import json
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from sklearn.metrics import f1_score
from transformers import AutoModel, AutoTokenizer, get_linear_schedule_with_warmup

EPOCHS, BATCH, MAX_LENGTH = 4, 16, 64


class Classifier(torch.nn.Module):
    def __init__(self, encoder: Path, labels: int):
        super().__init__()
        config = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.1, target_modules=["query", "value"])
        self.encoder = get_peft_model(AutoModel.from_pretrained(encoder).float(), config)
        self.dropout = torch.nn.Dropout(0.1)
        self.classifier = torch.nn.Linear(self.encoder.config.hidden_size, labels)

    def forward(self, batch: dict) -> torch.Tensor:
        hidden, mask = self.encoder(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        return self.classifier(self.dropout(pooled))


def read(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def scores(model, tokenize, texts: list[str], targets: list[int]) -> tuple[float, float]:
    """Accuracy and macro F1."""
    model.eval()
    predicted = []
    with torch.no_grad():
        for start in range(0, len(texts), 64):
            predicted += model(tokenize(texts[start : start + 64])).argmax(-1).tolist()
    hits = sum(p == t for p, t in zip(predicted, targets))
    return hits / len(targets), f1_score(targets, predicted, average="macro")


def run(encoder: Path, data: Path, seed: int, rate: float) -> dict:
    parts = {part: read(data / f"{part}.csv") for part in ("train", "val", "test")}
    labels = sorted(set(parts["train"][1]))
    targets = {part: [labels.index(label) for label in found] for part, (_, found) in parts.items()}
    texts = parts["train"][0]
    tokenizer = AutoTokenizer.from_pretrained(encoder)

    def tokenize(texts: list[str]) -> dict:
        batch = tokenizer(texts, padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")
        return dict(batch)

    torch.manual_seed(seed)
    model = Classifier(encoder, len(labels))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=rate)
    steps = EPOCHS * -(-len(texts) // BATCH)
    schedule = get_linear_schedule_with_warmup(optimizer, round(0.06 * steps), steps)
    start = time.perf_counter()
    for _ in range(EPOCHS):
        model.train()
        order = torch.randperm(len(texts)).tolist()
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            logits = model(tokenize([texts[index] for index in chosen]))
            wanted = torch.tensor([targets["train"][index] for index in chosen])
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(logits, wanted).backward()
            optimizer.step()
            schedule.step()
    seconds = time.perf_counter() - start
    validation, _ = scores(model, tokenize, parts["val"][0], targets["val"])
    accuracy, macro_f1 = scores(model, tokenize, parts["test"][0], targets["test"])
    return {
        "validation_accuracy": validation,
        "test_accuracy": accuracy,
        "test_macro_f1": macro_f1,
        "train_seconds": seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("encoder", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sets", default="uci,sms,lang4")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--lr", type=float, default=1e-3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    out = arguments.out
    records = json.loads(out.read_text()) if out.exists() else []
    for name in arguments.sets.split(","):
        for seed in range(arguments.seeds):
            what = {"encoder": arguments.encoder.name, "set": name, "seed": seed, "learning_rate": arguments.lr}
            if any(what.items() <= record.items() for record in records):
                continue
            record = what | run(arguments.encoder, arguments.data / name, seed, arguments.lr)
            print(record, flush=True)
            records.append(record)
            out.write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
