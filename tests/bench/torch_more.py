#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A reference for tests/bench/compare: workloads of `faltung bench`, with PyTorch.

Prints a line `name value unit/s` for each: samples, or letters of text, a second.
"""
import argparse
import time

import torch
from torch import nn


def measure(step, seconds, rounds=3):
    """Steps a second, the best of the rounds."""
    for i in range(3):
        step(i)
    best = 0
    for _ in range(rounds):
        start, steps = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            step(steps)
            steps += 1
        best = max(best, steps / (time.perf_counter() - start))
    return best


def run(arguments, name, model, optimizer, loss, inputs, targets, batch, unit="samples", size=1):
    """@size: of a sample, in @unit."""
    model.train(not arguments.infer)

    def step(i):
        begin = i * batch % (len(inputs) - batch + 1)
        x, y = inputs[begin:begin + batch], targets[begin:begin + batch]
        if arguments.infer:
            with torch.no_grad():
                model(x)
            return
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    print(f"{name:22s} {measure(step, arguments.seconds) * batch * size:12.1f} {unit}/s", flush=True)


def steps_loss(output, targets):
    return nn.functional.cross_entropy(output.flatten(0, 1), targets.flatten())


class Attention(nn.Module):
    def __init__(self, features, heads, steps, causal):
        super().__init__()
        self.attention = nn.MultiheadAttention(features, heads, batch_first=True)
        mask = torch.full((steps, steps), float("-inf")).triu(1) if causal else None
        self.register_buffer("mask", mask)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False, attn_mask=self.mask)[0]


class Block(nn.Module):
    def __init__(self, features, heads, steps):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(features), nn.LayerNorm(features)
        self.attention = Attention(features, heads, steps, True)
        self.hidden = nn.Linear(features, 4 * features)
        self.back = nn.Linear(4 * features, features)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.back(nn.functional.gelu(self.hidden(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, vocabulary, features, heads, steps, blocks):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, features)
        self.positions = nn.Parameter(torch.randn(steps, features) * 0.02)
        self.blocks = nn.Sequential(*[Block(features, heads, steps) for _ in range(blocks)])
        self.norm = nn.LayerNorm(features)
        self.out = nn.Linear(features, vocabulary)

    def forward(self, x):
        return self.out(self.norm(self.blocks(self.embedding(x) + self.positions)))


def attention(arguments, name):
    inputs = torch.randn(256, 128, 128)
    model = Attention(128, 4, 128, False)
    run(arguments, name, model, torch.optim.SGD(model.parameters(), 0.01), nn.MSELoss(), inputs, inputs, 32)


def transformer(arguments, name):
    text = torch.randint(0, 65, (2, 256, 128))
    model = Transformer(65, 128, 4, 128, 2)
    run(arguments, name, model, torch.optim.AdamW(model.parameters()), steps_loss, *text, 16, "chars", 128)


class Tagger(nn.Module):
    def __init__(self, vocabulary, features, units):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, features)
        self.lstm = nn.LSTM(features, units, num_layers=2, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * units, vocabulary)

    def forward(self, x):
        return self.out(self.lstm(self.embedding(x))[0])


def bidirectional(arguments, name):
    text = torch.randint(0, 96, (2, 256, 64))
    model = Tagger(96, 64, 128)
    run(arguments, name, model, torch.optim.Adam(model.parameters()), steps_loss, *text, 32, "chars", 64)


def classifier(arguments, name, model, shape, lr, n, batch):
    inputs, targets = torch.randn(n, *shape), torch.randint(0, 10, (n,))
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9)
    run(arguments, name, model, optimizer, nn.CrossEntropyLoss(), inputs, targets, batch)


def conv1d(arguments, name):
    model = nn.Sequential(
        nn.Conv1d(64, 128, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(128, 128, 5, padding=2), nn.ReLU(),
        nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, 10))
    classifier(arguments, name, model, (64, 128), 0.01, 512, 32)


def depthwise(arguments, name):
    def convolution(*sizes, **more):
        return [nn.Conv2d(*sizes, bias=False, **more), nn.BatchNorm2d(sizes[1]), nn.ReLU()]

    layers = convolution(3, 32, 3, padding=1)
    for channels, stride, filters in ((32, 1, 64), (64, 2, 128), (128, 1, 128), (128, 2, 256)):
        layers += convolution(channels, channels, 3, padding=1, stride=stride, groups=channels)
        layers += convolution(channels, filters, 1)
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10))
    classifier(arguments, name, model, (3, 32, 32), 0.05, 512, 64)


def conv3d(arguments, name):
    model = nn.Sequential(
        nn.Conv3d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2),
        nn.Conv3d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2),
        nn.Flatten(), nn.Linear(32 * 4 * 8 * 8, 10))
    classifier(arguments, name, model, (1, 16, 32, 32), 0.01, 128, 16)


def conv_transpose2d(arguments, name):
    inputs = torch.randn(512, 3, 32, 32)
    model = nn.Sequential(
        nn.Conv2d(3, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 3, 4, 2, 1))
    run(arguments, name, model, torch.optim.SGD(model.parameters(), 0.01, momentum=0.9),
        nn.MSELoss(), inputs, inputs, 64)


WORKLOADS = {
    "conv1d": conv1d,
    "depthwise": depthwise,
    "conv3d": conv3d,
    "conv_transpose2d": conv_transpose2d,
    "attention": attention,
    "transformer": transformer,
    "bidirectional": bidirectional,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--infer", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    for name, workload in WORKLOADS.items():
        if arguments.only in name:
            workload(arguments, name)


if __name__ == "__main__":
    main()
