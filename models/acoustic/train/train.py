#!/usr/bin/python3
"""Train the frame classifier: train.py --features PREFIX... --out models/acoustic/MODEL [--seed S]

PREFIX.f16 and PREFIX.tsv are what callqa-features wrote for a folder that simulate.py made; the labels lie beside
the recordings, as NAME.json. Bit for bit the same model from the same inputs and seed (one thread: set
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1).
"""
import argparse
import json
import pathlib

import numpy as np

FRAME_S = 0.032
EDGE_S = 0.020           # frames whose middle is this close to a label's edge teach nothing
CLASSES = ["none", "speech", "music", "tone", "announcement"]
IGNORE = 255


def frame_labels(channel, count):
    """One class a frame of one channel, from spans in seconds; IGNORE at the edges."""
    middle = (np.arange(count) + 0.5) * FRAME_S
    label = np.zeros(count, np.uint8)
    for code, name in enumerate(CLASSES):
        if code == 0:
            continue
        for start, end in channel.get(name, []):
            label[(middle >= start) & (middle < end)] = code
    for name in CLASSES[1:]:
        for span in channel.get(name, []):
            for edge in span:
                label[np.abs(middle - edge) < EDGE_S] = IGNORE
    return label


def load(prefix, inputs):
    """All frames of one feature file with their labels, call by call."""
    data = np.memmap(f"{prefix}.f16", np.float16, "r").reshape(-1, inputs)
    at, frames, labels = 0, [], []
    for line in open(f"{prefix}.tsv"):
        path, count, channels = line.rstrip("\n").split("\t")
        count, channels = int(count), int(channels)
        truth = json.loads(pathlib.Path(path).with_suffix(".json").read_text())
        block = np.asarray(data[at:at + count * channels]).reshape(count, channels, inputs)
        at += count * channels
        for c in range(channels):
            label = frame_labels(truth["channels"][c], count)
            good = label != IGNORE
            frames.append(block[good, c])
            labels.append(label[good])
    return np.concatenate(frames), np.concatenate(labels)


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


def targets(label, smoothing):
    t = np.full((len(label), len(CLASSES)), smoothing / len(CLASSES), "float32")
    t[np.arange(len(label)), label] += 1 - smoothing
    return t


def normalisation(x, rng):
    """Mean and scale of each input."""
    pick = rng.choice(len(x), min(len(x), 200_000), replace=False)
    sample = x[np.sort(pick)].astype("float32")
    return sample.mean(axis=0), sample.std(axis=0) + 1e-2


def train(x, y, mean, scale, hidden, steps, batch, noise, rng):
    """One network."""
    share = np.bincount(y, minlength=len(CLASSES)) / len(y)
    class_weight = (share + 1e-4) ** -0.35
    class_weight /= (class_weight * share).sum()
    net = Net([x.shape[1], *hidden, len(CLASSES)], rng)
    running = None
    for i in range(steps):
        at = rng.integers(0, len(x), batch)
        block = (x[at].astype("float32") - mean) / scale
        block += rng.standard_normal(block.shape, dtype="float32") * np.float32(noise)
        warm = min(1.0, i / (0.1 * steps))
        rate = 4e-3 * warm * 0.5 * (1 + np.cos(np.pi * i / steps))
        loss = net.step(block, targets(y[at], 0.02), class_weight[y[at]].astype("float32"), rate)
        running = loss if running is None else 0.99 * running + 0.01 * loss
        if (i + 1) % 1000 == 0:
            print(f"step {i + 1}/{steps}  loss {running:.4f}", flush=True)
    return net


def merge(nets):
    """One network that gives the mean of the members' outputs: their layers side by side, zeros between."""
    whole = Net.__new__(Net)
    whole.w, whole.b = [], []
    last = len(nets[0].w) - 1
    for k in range(last + 1):
        blocks = [n.w[k] for n in nets]
        if k == 0:
            w = np.concatenate(blocks, axis=1)
        elif k == last:
            w = np.concatenate(blocks, axis=0) / len(nets)
        else:
            w = np.zeros((sum(m.shape[0] for m in blocks), sum(m.shape[1] for m in blocks)), "float32")
            rows = cols = 0
            for m in blocks:
                w[rows:rows + m.shape[0], cols:cols + m.shape[1]] = m
                rows, cols = rows + m.shape[0], cols + m.shape[1]
        whole.w.append(w)
        biases = [n.b[k] for n in nets]
        whole.b.append(np.mean(biases, axis=0) if k == last else np.concatenate(biases))
    return whole


def evaluate(net, mean, scale, x, y):
    wrong = np.zeros((len(CLASSES), len(CLASSES)), int)
    for at in range(0, len(x), 65536):
        out = net.forward((x[at:at + 65536].astype("float32") - mean) / scale)[-1].argmax(axis=1)
        np.add.at(wrong, (y[at:at + 65536], out), 1)
    for k, name in enumerate(CLASSES):
        hit = wrong[k, k]
        print(f"{name:13s} recall {hit / max(1, wrong[k].sum()):.4f}  precision {hit / max(1, wrong[:, k].sum()):.4f}"
              f"  frames {wrong[k].sum()}  taken for {dict(zip(CLASSES, wrong[k].tolist()))}")


def write(net, mean, scale, features_version, path):
    """The model with the inputs' normalisation folded into its first layer, as track/net.c reads it."""
    w, b = [m.astype("float64") for m in net.w], [v.astype("float64") for v in net.b]
    w[0] = w[0] / scale[:, None]
    b[0] = b[0] - mean @ w[0]
    sizes = [w[0].shape[0]] + [m.shape[1] for m in w]
    with open(path, "w") as out:
        out.write(f"callqa-acoustic 1\nfeatures {features_version}\nlayers {len(w)} {' '.join(map(str, sizes))}\n")
        for m, v in zip(w, b):
            for o in range(m.shape[1]):
                out.write(f"{v[o]:.6g} " + " ".join(f"{q:.5g}" for q in m[:, o]) + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--features", nargs="+", required=True, metavar="PREFIX")
    ap.add_argument("--check", nargs="*", default=[], metavar="PREFIX", help="report on these, never train on them")
    ap.add_argument("--inputs", type=int, default=131)
    ap.add_argument("--features-version", type=int, default=1)
    ap.add_argument("--hidden", type=int, nargs="+", default=[40, 24], help="of one member")
    ap.add_argument("--members", type=int, default=1, help="networks whose outputs are averaged")
    ap.add_argument("--noise", type=float, default=0.05, help="added to the inputs, standard deviations")
    ap.add_argument("--steps", type=int, default=9000)
    ap.add_argument("--batch", type=int, default=2048)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    parts = [load(p, a.inputs) for p in a.features]
    x, y = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    print(f"{len(x)} frames, {dict(zip(CLASSES, np.bincount(y, minlength=len(CLASSES)).tolist()))}")
    mean, scale = normalisation(x, np.random.default_rng([a.seed, 0]))
    net = merge([train(x, y, mean, scale, a.hidden, a.steps, a.batch, a.noise, np.random.default_rng([a.seed, k + 1]))
                 for k in range(a.members)])
    for prefix in a.check:
        print(prefix)
        evaluate(net, mean, scale, *load(prefix, a.inputs))
    write(net, mean, scale, a.features_version, a.out)


if __name__ == "__main__":
    main()
