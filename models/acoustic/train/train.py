#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a network: train.py frames|parked --features PREFIX... --out models/acoustic/NAME.model [--seed S]

`frames` classifies frames, `parked` is the second look at them over many seconds (../README.md). PREFIX.f16 and
PREFIX.tsv are what callqa-features wrote for a folder that simulate.py made; the labels lie beside the recordings,
as NAME.json. Bit for bit the same model from the same inputs and seed (one thread: set OMP_NUM_THREADS=1
OPENBLAS_NUM_THREADS=1).
"""
import argparse
import json
import pathlib

import numpy as np

IGNORE = 255


def within(spans, middle):
    inside = np.zeros(len(middle), bool)
    for start, end in spans:
        inside |= (middle >= start) & (middle < end)
    return inside


def ignore_edges(label, spans, middle, reach):
    for span in spans:
        for edge in span:
            label[np.abs(middle - edge) < reach] = IGNORE


class Frames:
    """What the classifier is taught: one class a frame. On a mix of both parties two voices at once are one more."""

    word, version, inputs, moment_s = "callqa-acoustic", 1, 131, 0.032
    classes = ["none", "speech", "music", "tone", "announcement", "both"]
    edge_s = 0.020           # moments whose middle is this close to a label's edge teach nothing

    @classmethod
    def labels(cls, truth, c, middle):
        channel = truth["channels"][c]
        label = np.zeros(len(middle), np.uint8)
        for code, name in enumerate(cls.classes):
            label[within(channel.get(name, []), middle)] = code
        for name in cls.classes:
            ignore_edges(label, channel.get(name, []), middle, cls.edge_s)
        if truth["layout"] == "mono":
            agent, customer = (truth["speech"][who] for who in ("agent", "customer"))
            label[within(agent, middle) & within(customer, middle) & (label == 1)] = 5
            ignore_edges(label, agent + customer, middle, cls.edge_s)
        return label


class Parked:
    """What the second look is taught: whether a moment lies in a hold whose music this channel carries."""

    word, version, inputs, moment_s = "callqa-parked", 1, 170, 0.256
    classes = ["none", "music", "voice"]
    edge_s = 0.130

    @classmethod
    def labels(cls, truth, c, middle):
        channel = truth["channels"][c]
        holds = [(e["start"], e["end"]) for e in truth["events"]
                 if e["type"] == "hold" and e["kind"] in ("music", "announcement")
                 and channel["role"] in ("mixed", e["side"])]
        label = within(holds, middle).astype(np.uint8)
        label[within(channel["announcement"], middle) & (label == 1)] = 2
        ignore_edges(label, holds, middle, cls.edge_s)
        return label


USES = {"frames": Frames, "parked": Parked}


def load(use, prefix):
    """All moments of one feature file with their labels, call by call."""
    data = np.memmap(f"{prefix}.f16", np.float16, "r").reshape(-1, use.inputs)
    at, moments, labels = 0, [], []
    for line in open(f"{prefix}.tsv"):
        path, count, channels = line.rstrip("\n").split("\t")
        count, channels = int(count), int(channels)
        truth = json.loads(pathlib.Path(path).with_suffix(".json").read_text())
        block = np.asarray(data[at:at + count * channels]).reshape(count, channels, use.inputs)
        at += count * channels
        middle = (np.arange(count) + 0.5) * use.moment_s
        for c in range(channels):
            label = use.labels(truth, c, middle)
            good = label != IGNORE
            moments.append(block[good, c])
            labels.append(label[good])
    return np.concatenate(moments), np.concatenate(labels)


class Net:
    """Dense layers with ReLU between them, trained with Adam."""

    def __init__(self, sizes, rng):
        self.w = [rng.standard_normal((a, b)).astype("float32") * np.float32(np.sqrt(2 / a))
                  for a, b in zip(sizes, sizes[1:])]
        self.b = [np.zeros(b, "float32") for b in sizes[1:]]
        self.m = [np.zeros_like(p) for p in self.w + self.b]
        self.v = [np.zeros_like(p) for p in self.w + self.b]
        self.steps = 0

    def forward(self, x):
        outs = [x]
        for i, (w, b) in enumerate(zip(self.w, self.b)):
            y = outs[-1] @ w + b
            outs.append(np.maximum(y, 0) if i + 1 < len(self.w) else y)
        return outs

    def step(self, x, target, weight, rate, decay=1e-5):
        outs = self.forward(x)
        z = outs[-1] - outs[-1].max(axis=1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis=1, keepdims=True)
        loss = float(-(weight * (target * np.log(p + 1e-9)).sum(axis=1)).mean())
        g = (p - target) * (weight / len(x))[:, None]
        grads_w, grads_b = [], []
        for i in range(len(self.w) - 1, -1, -1):
            grads_w.insert(0, outs[i].T @ g)
            grads_b.insert(0, g.sum(axis=0))
            if i:
                g = (g @ self.w[i].T) * (outs[i] > 0)
        self.adam(grads_w + grads_b, rate, decay)
        return loss

    def adam(self, grads, rate, decay):
        self.steps += 1
        for k, (p, g) in enumerate(zip(self.w + self.b, grads)):
            self.m[k] = 0.9 * self.m[k] + 0.1 * g
            self.v[k] = 0.99 * self.v[k] + 0.01 * g * g
            m = self.m[k] / (1 - 0.9 ** self.steps)
            v = self.v[k] / (1 - 0.99 ** self.steps)
            p -= (rate * (m / (np.sqrt(v) + 1e-8) + decay * p)).astype("float32")


def targets(label, classes, smoothing):
    t = np.full((len(label), classes), smoothing / classes, "float32")
    t[np.arange(len(label)), label] += 1 - smoothing
    return t


def normalisation(x, rng):
    """Mean and scale of each input."""
    pick = rng.choice(len(x), min(len(x), 200_000), replace=False)
    sample = x[np.sort(pick)].astype("float32")
    return sample.mean(axis=0), sample.std(axis=0) + 1e-2


def train(x, y, classes, mean, scale, a, rng):
    """One network; rare classes weigh more, though not as much more as they are rarer."""
    share = np.bincount(y, minlength=classes) / len(y)
    class_weight = (share + 1e-4) ** -0.35
    class_weight /= (class_weight * share).sum()
    net = Net([x.shape[1], *a.hidden, classes], rng)
    running = None
    for i in range(a.steps):
        at = rng.integers(0, len(x), a.batch)
        block = (x[at].astype("float32") - mean) / scale
        block += rng.standard_normal(block.shape, dtype="float32") * np.float32(a.noise)
        warm = min(1.0, i / (0.1 * a.steps))
        rate = 4e-3 * warm * 0.5 * (1 + np.cos(np.pi * i / a.steps))
        loss = net.step(block, targets(y[at], classes, 0.02), class_weight[y[at]].astype("float32"), rate)
        running = loss if running is None else 0.99 * running + 0.01 * loss
        if (i + 1) % 1000 == 0:
            print(f"step {i + 1}/{a.steps}  loss {running:.4f}", flush=True)
    return net


def evaluate(use, net, mean, scale, x, y):
    wrong = np.zeros((len(use.classes), len(use.classes)), int)
    for at in range(0, len(x), 65536):
        out = net.forward((x[at:at + 65536].astype("float32") - mean) / scale)[-1].argmax(axis=1)
        np.add.at(wrong, (y[at:at + 65536], out), 1)
    for k, name in enumerate(use.classes):
        hit = wrong[k, k]
        print(f"{name:13s} recall {hit / max(1, wrong[k].sum()):.4f}  precision {hit / max(1, wrong[:, k].sum()):.4f}"
              f"  moments {wrong[k].sum()}  taken for {dict(zip(use.classes, wrong[k].tolist()))}")


def write(use, net, mean, scale, path):
    """The model with the inputs' normalisation folded into its first layer, as track/net.c reads it."""
    w, b = [m.astype("float64") for m in net.w], [v.astype("float64") for v in net.b]
    w[0] = w[0] / scale[:, None]
    b[0] = b[0] - mean @ w[0]
    sizes = [w[0].shape[0]] + [m.shape[1] for m in w]
    with open(path, "w") as out:
        out.write(f"{use.word} 1\nfeatures {use.version}\nlayers {len(w)} {' '.join(map(str, sizes))}\n")
        for m, v in zip(w, b):
            for o in range(m.shape[1]):
                out.write(f"{v[o]:.6g} " + " ".join(f"{q:.5g}" for q in m[:, o]) + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("use", choices=USES)
    ap.add_argument("--features", nargs="+", required=True, metavar="PREFIX")
    ap.add_argument("--check", nargs="*", default=[], metavar="PREFIX", help="report on these, never train on them")
    ap.add_argument("--hidden", type=int, nargs="+", default=[40, 24])
    ap.add_argument("--noise", type=float, default=0.05, help="added to the inputs, standard deviations")
    ap.add_argument("--steps", type=int, default=8000)
    ap.add_argument("--batch", type=int, default=2048)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    use = USES[a.use]
    parts = [load(use, p) for p in a.features]
    x, y = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    print(f"{len(x)} moments, {dict(zip(use.classes, np.bincount(y, minlength=len(use.classes)).tolist()))}")
    mean, scale = normalisation(x, np.random.default_rng([a.seed, 0]))
    net = train(x, y, len(use.classes), mean, scale, a, np.random.default_rng([a.seed, 1]))
    write(use, net, mean, scale, a.out)
    for prefix in a.check:
        print(prefix)
        evaluate(use, net, mean, scale, *load(use, prefix))


if __name__ == "__main__":
    main()
