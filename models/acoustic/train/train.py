#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a network: train.py frames|parked --features PREFIX... --out models/acoustic/NAME.model [--seed S]

`frames` classifies frames, `parked` is the second look at them over many seconds (../README.md). PREFIX.f16 and
PREFIX.tsv are what callqa-features wrote for a folder that simulate.py made; the labels lie beside the recordings,
as NAME.json. Bit for bit the same model from the same inputs and seed: one thread, no more.
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from torch.nn import functional

IGNORE = -100                    # what cross_entropy leaves out


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
    widths, reaches = [40, 24], [0, 0]
    steps, noise, drop = 8000, 0.05, 0.0
    rows, length = 1, 2048   # of a batch: single frames, picked anywhere

    @classmethod
    def labels(cls, truth, c, middle):
        channel = truth["channels"][c]
        label = np.zeros(len(middle), np.int16)
        for code, name in enumerate(cls.classes):
            label[within(channel.get(name, []), middle)] = code
        for name in cls.classes:
            ignore_edges(label, channel.get(name, []), middle, cls.edge_s)
        return label

    @staticmethod
    def pick(data, rng, length):
        at = rng.integers(0, len(data.x), length)
        return data.x[at], data.y[at]


class Parked:
    """What the second look is taught: whether a moment lies in a hold whose music this channel carries."""

    word, version, inputs, moment_s = "callqa-parked", 2, 124, 0.256
    classes = ["none", "music", "voice"]
    edge_s = 0.130
    widths, reaches = [32] * 8, [0, 1, 2, 4, 8, 16, 32, 64]
    steps, noise, drop = 4000, 0.2, 0.1
    rows, length = 32, 256   # stretches of calls, 65 s each

    @classmethod
    def labels(cls, truth, c, middle):
        channel = truth["channels"][c]
        holds = [(e["start"], e["end"]) for e in truth["events"]
                 if e["type"] == "hold" and e["kind"] in ("music", "announcement")
                 and channel["role"] in ("mixed", e["side"])]
        label = within(holds, middle).astype(np.int16)
        label[within(channel["announcement"], middle) & (label == 1)] = 2
        ignore_edges(label, holds, middle, cls.edge_s)
        return label

    @staticmethod
    def pick(data, rng, length):
        """A stretch of one channel, each moment of all as likely as any other to be where it begins."""
        row = np.searchsorted(data.ends, rng.integers(0, data.ends[-1]), "right")
        first = data.ends[row - 1] if row else 0
        at = first + rng.integers(0, max(1, data.ends[row] - first - length + 1))
        last = min(at + length, data.ends[row])
        return data.x[at:last], data.y[at:last]


USES = {"frames": Frames, "parked": Parked}


def load(use, prefix):
    """(inputs, labels) of each channel of each call of one feature file."""
    data = np.memmap(f"{prefix}.f16", np.float16, "r").reshape(-1, use.inputs)
    at = 0
    for line in open(f"{prefix}.tsv"):
        path, count, channels = line.rstrip("\n").split("\t")
        count, channels = int(count), int(channels)
        truth = json.loads(pathlib.Path(path).with_suffix(".json").read_text())
        block = np.asarray(data[at:at + count * channels]).reshape(count, channels, use.inputs)
        at += count * channels
        middle = (np.arange(count) + 0.5) * use.moment_s
        for c in range(channels):
            yield block[:, c], use.labels(truth, c, middle)


class Data:
    """All channels one after the other. `ends`: where each ends."""

    def __init__(self, use, prefixes):
        total = sum(pathlib.Path(f"{prefix}.f16").stat().st_size for prefix in prefixes) // (2 * use.inputs)
        self.x, labels, at = np.empty((total, use.inputs), np.float16), [], 0
        for prefix in prefixes:
            for x, y in load(use, prefix):
                self.x[at:at + len(y)] = x
                at += len(y)
                labels.append(y)
        self.y, self.ends = np.concatenate(labels), np.cumsum([len(y) for y in labels])

    def normalisation(self, rng):
        """Mean and scale of each input."""
        pick = rng.choice(len(self.x), min(len(self.x), 200_000), replace=False)
        sample = self.x[np.sort(pick)].astype("float32")
        return sample.mean(axis=0), sample.std(axis=0) + np.float32(1e-2)

    def shares(self, classes):
        known = self.y[self.y != IGNORE]
        return np.bincount(known, minlength=classes) / len(known)


class Net(torch.nn.Module):
    """Layers as track/net.c runs them: one with a reach adds what it finds around a moment to what is there."""

    def __init__(self, use):
        super().__init__()
        self.widths, self.reaches = [use.inputs, *use.widths, len(use.classes)], [*use.reaches, 0]
        self.layers = torch.nn.ModuleList(
            torch.nn.Conv1d(a, b, 3 if r else 1, dilation=max(1, r), padding=r)
            for a, b, r in zip(self.widths, self.widths[1:], self.reaches))
        self.drop = torch.nn.Dropout1d(use.drop)

    def forward(self, x):
        for layer, reach in zip(self.layers[:-1], self.reaches):
            x = x + functional.relu(layer(self.drop(x))) if reach else functional.relu(layer(x))
        return self.layers[-1](x)


def batch(use, data, rng, mean, scale):
    """(rows, inputs, length) and (rows, length); what a short call leaves over is 0 and not judged."""
    x = np.zeros((use.rows, use.length, use.inputs), "float32")
    y = np.full((use.rows, use.length), IGNORE)
    for k in range(use.rows):
        moments, labels = use.pick(data, rng, use.length)
        x[k, :len(labels)] = (moments.astype("float32") - mean) / scale
        y[k, :len(labels)] = labels
    x += rng.standard_normal(x.shape, dtype="float32") * np.float32(use.noise)
    return torch.from_numpy(x).transpose(1, 2), torch.from_numpy(y)


def train(use, data, mean, scale, rng):
    """One network; rare classes weigh more, though not as much more as they are rarer."""
    share = data.shares(len(use.classes))
    weight = (share + 1e-4) ** -0.35
    weight = torch.tensor(weight / (weight * share).sum(), dtype=torch.float32)
    net = Net(use)
    adam = torch.optim.AdamW(net.parameters(), betas=(0.9, 0.99), weight_decay=1e-3)
    running = None
    for i in range(use.steps):
        adam.param_groups[0]["lr"] = 4e-3 * min(1.0, i / (0.1 * use.steps)) * 0.5 * (1 + np.cos(np.pi * i / use.steps))
        x, y = batch(use, data, rng, mean, scale)
        loss = functional.cross_entropy(net(x), y, weight=weight, ignore_index=IGNORE, label_smoothing=0.02)
        adam.zero_grad()
        loss.backward()
        adam.step()
        running = loss.item() if running is None else 0.99 * running + 0.01 * loss.item()
        if (i + 1) % 1000 == 0:
            print(f"step {i + 1}/{use.steps}  loss {running:.4f}", flush=True)
    return net.eval()


def evaluate(use, net, mean, scale, prefix):
    wrong = np.zeros((len(use.classes), len(use.classes)), int)
    for x, y in load(use, prefix):
        x = torch.from_numpy((x.astype("float32") - mean) / scale)
        with torch.no_grad():
            out = net(x.T[None])[0].argmax(dim=0).numpy()
        np.add.at(wrong, (y[y != IGNORE], out[y != IGNORE]), 1)
    for k, name in enumerate(use.classes):
        hit = wrong[k, k]
        print(f"{name:13s} recall {hit / max(1, wrong[k].sum()):.4f}  precision {hit / max(1, wrong[:, k].sum()):.4f}"
              f"  moments {wrong[k].sum()}  taken for {dict(zip(use.classes, wrong[k].tolist()))}")


def write(use, net, mean, scale, path):
    """The model with the inputs' normalisation folded into its first layer, as track/net.c reads it."""
    layers = [(layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy()) for layer in net.layers]
    w, b = layers[0]
    layers[0] = w / scale[None, :, None], b - (w[:, :, 0] / scale) @ mean
    with open(path, "w") as out:
        out.write(f"{use.word} 2\nfeatures {use.version}\nlayers {len(layers)} {' '.join(map(str, net.widths))}\n"
                  f"reach {' '.join(map(str, net.reaches))}\n")
        for w, b in layers:
            for o, row in enumerate(w):                # inputs of the moment before, of this one, of the one after
                out.write(f"{b[o]:.6g} " + " ".join(f"{q:.5g}" for q in row.T.reshape(-1)) + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("use", choices=USES)
    ap.add_argument("--features", nargs="+", required=True, metavar="PREFIX")
    ap.add_argument("--check", nargs="*", default=[], metavar="PREFIX", help="report on these, never train on them")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(a.seed)
    use = USES[a.use]
    data = Data(use, a.features)
    print(f"{len(data.y)} moments, shares {dict(zip(use.classes, data.shares(len(use.classes)).round(4).tolist()))}")
    mean, scale = data.normalisation(np.random.default_rng([a.seed, 0]))
    net = train(use, data, mean, scale, np.random.default_rng([a.seed, 1]))
    write(use, net, mean, scale, a.out)
    for prefix in a.check:
        print(prefix)
        evaluate(use, net, mean, scale, prefix)


if __name__ == "__main__":
    main()
