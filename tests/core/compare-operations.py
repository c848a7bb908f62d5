#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes what operation-values printed again with PyTorch, in float64, and compares.

Usage: compare-operations.py PROGRAM
An operation without an entry in OPERATIONS fails: parity is part of adding one.
"""
import json
import subprocess
import sys

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("PyTorch (python3-torch) is not installed: skipped")
    sys.exit(77)


def dimensions(text):
    return [int(part) for part in text.strip("[]").split(",")]


def sizes(text, n=2):
    numbers = dimensions(text)
    return numbers * (n + 1 - len(numbers)) if len(numbers) == 1 else numbers


def channels_first(function):
    """Sequences are steps x features; PyTorch has their features first."""
    def call(x, *rest, **more):
        if x.dim() == 3:
            return function(x.transpose(1, 2), *rest, **more).transpose(1, 2)
        return function(x, *rest, **more)
    return call


@channels_first
def conv(x, options, weight, bias=None):
    n = x.dim() - 2
    stride, padding = sizes(options["stride"], n), options["padding"]
    dilation, mode = sizes(options["dilation"], n), options["padding_mode"]
    pads = []
    for side in reversed(range(n)):
        inside, extent = x.shape[2 + side], dilation[side] * (weight.shape[2 + side] - 1) + 1
        if padding == "same":
            # as much as gives ceil(input / stride) outputs, the odd one after (TensorFlow's rule)
            total = max((-(-inside // stride[side]) - 1) * stride[side] + extent - inside, 0)
            pads += [total // 2, total - total // 2]
        else:
            pads += [0 if padding == "valid" else sizes(padding, n)[side]] * 2
    x = F.pad(x, pads, mode="constant" if mode == "zeros" else mode)
    function = (F.conv1d, F.conv2d, F.conv3d)[n - 1]
    return function(x, weight, bias, stride=stride, dilation=dilation,
                    groups=int(options["groups"]))


@channels_first
def conv_transpose(x, options, weight, bias=None):
    n = x.dim() - 2
    stride, padding = sizes(options["stride"], n), options["padding"]
    more = {"dilation": sizes(options["dilation"], n), "groups": int(options["groups"])}
    function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[n - 1]
    if padding == "same":
        # the whole, cut down to stride times the input as the convolution's padding is split
        y = function(x, weight, bias, stride=stride, **more)
        for axis in range(n):
            side = x.shape[2 + axis] * stride[axis]
            extent = more["dilation"][axis] * (weight.shape[2 + axis] - 1) + 1
            cut = max(extent - stride[axis], 0) // 2
            missing = side + cut - y.shape[2 + axis]
            if missing > 0:  # the kernel is smaller than the stride: bias alone
                shape = list(y.shape)
                shape[2 + axis] = missing
                fill = torch.zeros(shape, dtype=y.dtype)
                fill = fill if bias is None else fill + bias.reshape(1, -1, *[1] * n)
                y = torch.cat([y, fill], dim=2 + axis)
            y = y.narrow(2 + axis, cut, side)
        return y
    return function(x, weight, bias, stride=stride,
                    padding=0 if padding == "valid" else sizes(padding, n),
                    output_padding=sizes(options["output_padding"], n), **more)


@channels_first
def pool(x, options, functions):
    n = x.dim() - 2
    kernel, stride = sizes(options["kernel"], n), options["stride"]
    return functions[n - 1](x, kernel, kernel if stride == "kernel" else sizes(stride, n))


def max_pool(x, options):
    return pool(x, options, (F.max_pool1d, F.max_pool2d, F.max_pool3d))


def avg_pool(x, options):
    return pool(x, options, (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d))


@channels_first
def adaptive_pool(x, options, functions):
    n = x.dim() - 2
    return functions[n - 1](x, sizes(options["output_size"], n))


def adaptive_avg_pool(x, options):
    return adaptive_pool(x, options, (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d,
                                      F.adaptive_avg_pool3d))


def adaptive_max_pool(x, options):
    return adaptive_pool(x, options, (F.adaptive_max_pool1d, F.adaptive_max_pool2d,
                                      F.adaptive_max_pool3d))


@channels_first
def upsample(x, options):
    mode = options["mode"]
    return F.interpolate(x, scale_factor=[float(side) for side in
                                          sizes(options["scale"], x.dim() - 2)],
                         mode=mode, align_corners=None if mode == "nearest" else False)


def batch_norm(x, options, gamma, beta, running_mean, running_var):
    return F.batch_norm(x, running_mean.detach(), running_var.detach(), gamma, beta,
                        training=False, eps=float(options["epsilon"]))


def recurrent(x, options, call):
    """One of torch's cells over the sequence, as the options have it.

    @call: of (x, state, layers, both): the states of all steps, and the last state. A stateful
    layer has gone through the sequence once before: its gradient ends where this one begins.
    """
    layers, units = int(options["layers"]), int(options["units"])
    backwards, both = options["reverse"] == "true", options["bidirectional"] == "true"
    zeros = x.new_zeros(layers * (1 + both), len(x), units)
    state, x = (zeros, zeros), x.flip(1) if backwards else x
    if options["stateful"] == "true":
        with torch.no_grad():
            state = call(x, state, layers, both)[1]
    y = call(x, state, layers, both)[0]
    if options["return"] == "last":
        return torch.cat([y[:, -1, :units], y[:, 0, units:]], dim=1)
    return y.flip(1) if backwards else y


def plain(function, options, parameters):
    """What torch has with one state, as recurrent() calls it."""
    def call(x, state, layers, both):
        y, h = function(x, state[0], parameters, options["bias"] == "true", layers, 0.0, False,
                        both, True)
        return y, (h, h)

    return call


def rnn(x, options, *parameters):
    function = torch.rnn_relu if options["nonlinearity"] == "relu" else torch.rnn_tanh
    return recurrent(x, options, plain(function, options, parameters))


def stack(x, options, parameters, cell, seen=None):
    """The cell over the sequence, pass by pass, as torch stacks its own.

    @cell: of (x, h, c, parameters) of one step: all that is inside, by name, the new h and c too.
    @seen: (list): gets a dictionary a pass: (N, T, units) each, in the order of the sequence
    """
    n = len(parameters) // int(options["layers"])

    def run(x, h, c, *own):
        inside = []
        for t in range(x.shape[1]):
            inside.append(cell(x[:, t], h, c, *own))
            h, c = inside[-1]["h"], inside[-1].get("c", c)
        return {name: torch.stack([step[name] for step in inside], dim=1) for name in inside[0]}, c

    def call(x, state, layers, both):
        last = []
        for level in range(layers):
            own, ways = parameters[level * n:(level + 1) * n], []
            for way in range(1 + both):
                at = level * (1 + both) + way
                part = own[way * n // 2:][:n // 2] if both else own
                inside, c = run(x.flip(1) if way else x, state[0][at], state[1][at], *part)
                last.append((inside["h"][:, -1], c))
                inside = {name: y.flip(1) if way else y for name, y in inside.items()}
                ways.append(inside["h"])
                if seen is not None:
                    backwards = options["reverse"] == "true"
                    seen.append({name: y.flip(1) if backwards else y for name, y in inside.items()})
            x = torch.cat(ways, dim=2)
        return x, [torch.stack(states) for states in zip(*last)]

    return recurrent(x, options, call)


def rnn_cell(options):
    def cell(x, h, c, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
        sums = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
        return {"h": F.relu(sums) if options["nonlinearity"] == "relu" else torch.tanh(sums)}

    return cell


def lstm_cell(options):  # with peepholes: Gers and Schmidhuber, 2000
    def cell(x, h, c, weight_ih, weight_hh, *others):
        weight_ch = others[-1].chunk(3) if options["peepholes"] == "true" else (0, 0, 0)
        bias_ih, bias_hh = others[:2] if options["bias"] == "true" else (None, None)
        sums = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
        i, f, g, o = sums.chunk(4, dim=1)
        i, f, g = (torch.sigmoid(i + weight_ch[0] * c), torch.sigmoid(f + weight_ch[1] * c),
                   torch.tanh(g))
        c = f * c + i * g
        o = torch.sigmoid(o + weight_ch[2] * c)
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": o * torch.tanh(c)}

    return cell


def gru_cell(options):
    parts = lambda whole: (None,) * 3 if whole is None else whole.chunk(3)

    def cell(x, h, c, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
        w, b = parts(weight_hh), parts(bias_hh)
        inputs = F.linear(x, weight_ih, bias_ih).chunk(3, dim=1)
        r = torch.sigmoid(inputs[0] + F.linear(h, w[0], b[0]))
        z = torch.sigmoid(inputs[1] + F.linear(h, w[1], b[1]))
        if options["reset"] == "before":
            n = torch.tanh(inputs[2] + F.linear(r * h, w[2], b[2]))
        else:
            n = torch.tanh(inputs[2] + r * F.linear(h, w[2], b[2]))
        return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}

    return cell


def lstm(x, options, *parameters):
    if options["peepholes"] == "true":
        return stack(x, options, parameters, lstm_cell(options))

    def call(x, state, layers, both):
        y, h, c = torch.lstm(x, state, parameters, options["bias"] == "true", layers, 0.0,
                             False, both, True)
        return y, (h, c)

    return recurrent(x, options, call)


def gru(x, options, *parameters):
    if options["reset"] == "before":
        return stack(x, options, parameters, gru_cell(options))
    return recurrent(x, options, plain(torch.gru, options, parameters))


def attend(x, options, p):
    """The output, and the weights of each head."""
    causal, steps = options["causal"] == "true", x.shape[1]
    mask = torch.ones(steps, steps, dtype=torch.bool).triu(1) if causal else None
    y, weights = F.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3, x.shape[2], int(options["heads"]), p["in_proj_weight"],
        p.get("in_proj_bias"), None, None, False, 0.0, p["out_proj_weight"],
        p.get("out_proj_bias"), attn_mask=mask, average_attn_weights=False)
    return y.transpose(0, 1), weights


def multi_head_attention(x, options, **p):
    return attend(x, options, p)[0]


def slice_axis(x, options):
    axis, begin, length = int(options["axis"]), int(options["begin"]), int(options["length"])
    kept = range(x.shape[axis])[begin::int(options["step"])]
    return x.index_select(axis, torch.tensor(kept[:length] if length else kept))


def margins(x, options):
    """What F.pad calls the margins: the last axis first; a sequence has its steps alone."""
    before = sizes(options["before"])
    after = before if options["after"] == "before" else sizes(options["after"])
    if x.dim() == 3:
        return [0, 0, before[0], after[0]]
    return [before[1], after[1], before[0], after[0]]


def pad(x, options):
    mode, value = options["mode"], float(options["value"])
    if mode == "constant":
        return F.pad(x, margins(x, options), value=value)
    if x.dim() == 3:  # as an image of one channel
        return F.pad(x[:, None], margins(x, options), mode=mode)[:, 0]
    return F.pad(x, margins(x, options), mode=mode)


def prelu(x, options, weight):
    if x.dim() == 3:  # steps x features: the features are PyTorch's channels
        return F.prelu(x.transpose(1, 2), weight).transpose(1, 2)
    return F.prelu(x, weight)


def dot(x, options, second):
    if x.dim() == 2:  # vectors
        return (x * second).sum(dim=1, keepdim=True)
    first = x.transpose(1, 2) if options["transpose_first"] == "true" else x
    return torch.bmm(first, second.transpose(1, 2) if options["transpose_second"] == "true"
                     else second)


def max_unpool(x, options, second):
    n = x.dim() - 2
    kernel, stride = sizes(options["kernel"], n), options["stride"]
    stride = kernel if stride == "kernel" else sizes(stride, n)
    if n == 1:  # steps x features
        x, second = x.transpose(1, 2), second.transpose(1, 2)
    pools = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
    unpools = (F.max_unpool1d, F.max_unpool2d, F.max_unpool3d)
    _, places = pools[n - 1](second, kernel, stride, return_indices=True)
    y = unpools[n - 1](x, places, kernel, stride, output_size=second.shape[2:])
    return y.transpose(1, 2) if n == 1 else y


def embedding(x, options, weight):
    index = int(options["padding_index"])
    if index >= 0:  # torch leaves it to the beginning to make the row 0
        weight = weight * (torch.arange(len(weight)) != index)[:, None]
    return F.embedding(x, weight)


def time_distributed(x, options, **parameters):
    """The operation on the steps of all samples."""
    each = OPERATIONS[options["layer"].strip("{").split(":")[0]]
    y = each(x.flatten(0, 1), options["inner_options"], **parameters)
    return y.reshape(*x.shape[:2], *y.shape[1:])


@channels_first
def group_norm(x, options, gamma, beta):
    return F.group_norm(x, int(options["groups"]), gamma, beta, float(options["epsilon"]))


@channels_first
def instance_norm(x, options, gamma, beta):
    return F.instance_norm(x, weight=gamma, bias=beta, eps=float(options["epsilon"]))


OPERATIONS = {
    "time_distributed": time_distributed,
    "permute": lambda x, o: x.permute(0, *dimensions(o["axes"])),
    "slice": slice_axis,
    "crop": lambda x, o: F.pad(x, [-side for side in margins(x, o)]),
    "pad": pad,
    "prelu": prelu,
    "activity_penalty": lambda x, o: x.clone(),
    "sparsity": lambda x, o: x.clone(),
    "variational": lambda x, o: x.chunk(2, 1 if x.dim() >= 4 else -1)[0].clone(),  # its mean
    "gaussian_noise": lambda x, o: x.clone(),  # outside training
    "spatial_dropout": lambda x, o: F.dropout2d(x, float(o["rate"]), training=False),
    "log_softmax": lambda x, o: F.log_softmax(x, dim=2 if x.dim() == 3 else 1),
    "positional_encoding": lambda x, o, weight: x + weight,
    "avg_pool1d": avg_pool,
    "avg_pool2d": avg_pool,
    "avg_pool3d": avg_pool,
    "adaptive_avg_pool1d": adaptive_avg_pool,
    "adaptive_avg_pool2d": adaptive_avg_pool,
    "adaptive_avg_pool3d": adaptive_avg_pool,
    "adaptive_max_pool1d": adaptive_max_pool,
    "adaptive_max_pool2d": adaptive_max_pool,
    "adaptive_max_pool3d": adaptive_max_pool,
    "upsample1d": upsample,
    "upsample2d": upsample,
    "upsample3d": upsample,
    "layer_norm": lambda x, o, gamma, beta: F.layer_norm(x, x.shape[-1:], gamma, beta,
                                                         float(o["epsilon"])),
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "batch_norm": batch_norm,
    "global_avg_pool": lambda x, o: x.flatten(2).mean(dim=2) if x.dim() >= 4 else
    x.mean(dim=1),
    # by indices: amax would share the gradient among equals
    "global_max_pool": lambda x, o: (x.flatten(2).max(dim=2) if x.dim() >= 4 else
                                     x.max(dim=1)).values,
    "embedding": embedding,
    "one_hot": lambda x, o: F.one_hot(x, int(o["classes"])).double(),
    "dense": lambda x, o, weight, bias=None: F.linear(x, weight, bias),
    "conv1d": conv,
    "conv2d": conv,
    "conv3d": conv,
    "conv_transpose1d": conv_transpose,
    "conv_transpose2d": conv_transpose,
    "conv_transpose3d": conv_transpose,
    "max_pool1d": max_pool,
    "max_pool2d": max_pool,
    "max_pool3d": max_pool,
    "rnn": lambda x, o, **p: rnn(x, o, *p.values()),
    "gru": lambda x, o, **p: gru(x, o, *p.values()),
    "lstm": lambda x, o, **p: lstm(x, o, *p.values()),
    "multi_head_attention": multi_head_attention,
    "linear": lambda x, o: x.clone(),
    "relu": lambda x, o: F.relu(x),
    "leaky_relu": lambda x, o: F.leaky_relu(x, float(o["negative_slope"])),
    "sigmoid": lambda x, o: torch.sigmoid(x),
    "tanh": lambda x, o: torch.tanh(x),
    "elu": lambda x, o: F.elu(x, float(o["alpha"])),
    "selu": lambda x, o: F.selu(x),
    "gelu": lambda x, o: F.gelu(x),
    "silu": lambda x, o: F.silu(x),
    "softplus": lambda x, o: F.softplus(x, threshold=100),
    "hard_sigmoid": lambda x, o: F.hardsigmoid(x),
    "hard_tanh": lambda x, o: F.hardtanh(x),
    "hard_swish": lambda x, o: F.hardswish(x),
    "softmax": lambda x, o: F.softmax(x, dim=2 if x.dim() == 3 else 1),
    "dropout": lambda x, o: F.dropout(x, float(o["rate"]), training=False),
    "flatten": lambda x, o: torch.flatten(x, 1),
    "reshape": lambda x, o: x.reshape(len(x), *dimensions(o["shape"])),
    "add": lambda x, o, second: x + second,
    "concat": lambda x, o, second: torch.cat([x, second], dim=1 if x.dim() >= 4 else -1),
    "dot": dot,
    "max_unpool1d": max_unpool,
    "max_unpool2d": max_unpool,
    "max_unpool3d": max_unpool,
    "multiply": lambda x, o, second: x * second,
}


def activity_penalty(x, o):
    return (float(o["activity_l1"]) * x.abs().sum() + float(o["activity_l2"]) * (x ** 2).sum()) / len(x)


def sparsity(x, o):
    rho = torch.tensor(float(o["rho"]), dtype=x.dtype)
    means = x.mean([k for k in range(x.dim()) if k != (1 if x.dim() >= 4 else x.dim() - 1)])
    means = means.clamp(1e-7, 1 - 1e-7)
    coins = [torch.stack([p, 1 - p], -1) for p in (rho.expand_as(means), means)]
    return float(o["beta"]) * F.kl_div(coins[1].log(), coins[0], reduction="sum")


def variational(x, o):
    mean, log_variance = x.chunk(2, 1 if x.dim() >= 4 else -1)
    normal = torch.distributions.Normal(mean, (log_variance / 2).exp())
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return float(o["beta"]) * torch.distributions.kl_divergence(normal, standard).sum() / len(x)


# what operations add to the loss
PENALTIES = {
    "activity_penalty": activity_penalty,
    "sparsity": sparsity,
    "variational": variational,
}


def inside_recurrent(cell):
    def inside(x, options, parameters):
        seen = []
        stack(x, options, list(parameters.values()), cell(options), seen)
        n = int(options["layers"]) * (2 if options["bidirectional"] == "true" else 1)
        passes = seen[-n:]  # of a stateful layer the second time
        if n == 1:
            return passes[0]
        return {name: torch.stack([one[name] for one in passes], dim=1) for name in passes[0]}

    return inside


def by_channels(x):
    return x.transpose(1, 2) if x.dim() == 3 else x.flatten(2)


def moments(x, options):
    """Of the last axis."""
    return {"mean": x.mean(-1),
            "deviation": (x.var(-1, unbiased=False) + float(options["epsilon"])).sqrt()}


def inside_time_distributed(x, options, parameters):
    """What lies inside the operation, at every step."""
    each = INSIDE[options["layer"].strip("{").split(":")[0]]
    inside = each(x.flatten(0, 1), options["inner_options"], parameters)
    return {name: values.reshape(*x.shape[:2], *values.shape[1:]) for name, values in inside.items()}


# what lies inside; a parameter is shown as it is
INSIDE = {
    "time_distributed": inside_time_distributed,
    "rnn": inside_recurrent(rnn_cell),
    "lstm": inside_recurrent(lstm_cell),
    "gru": inside_recurrent(gru_cell),
    "multi_head_attention": lambda x, o, p: {"attention": attend(x, o, p)[1]},
    "embedding": lambda x, o, p: {},
    "batch_norm": lambda x, o, p: {
        "mean": p["running_mean"].expand(len(x), -1),
        "deviation": (p["running_var"] + float(o["epsilon"])).sqrt().expand(len(x), -1)},
    "layer_norm": lambda x, o, p: moments(x, o),
    "group_norm": lambda x, o, p: moments(
        by_channels(x).reshape(len(x), int(o["groups"]), -1), o),
    "instance_norm": lambda x, o, p: moments(by_channels(x), o),
}
RELATIVE = 5e-6  # of the largest value of a tensor: sums of many terms cancel


def differs(ours, reference):
    ours = torch.tensor(ours, dtype=torch.float64).reshape(reference.shape)
    bound = RELATIVE * (reference.abs().max().item() + 1)
    worst = (ours - reference).abs().max().item()
    return None if worst <= bound else f"off by {worst:.3g}, allowed {bound:.3g}"


def check_inside(case, x, options, parameters):
    expected = {name: parameters[name].expand(len(x), *parameters[name].shape)
                for name, inner in case["inner"].items() if inner["parameter"]}
    if case["inner"]:
        expected |= INSIDE[case["operation"]](x, options, parameters)
    if case["inner"].keys() != expected.keys():
        return {"inside": f"are {[*case['inner']]}, not {[*expected]}"}
    results = {}
    for name, inner in case["inner"].items():
        reference = expected[name].detach()
        results[name] = differs(inner["values"], reference)
        if inner["shape"] != ([*reference.shape[1:]] or [1]):
            results[name] = f"is {inner['shape']}, not {[*reference.shape[1:]]}"
    return results


def check(case):
    options = case["options"]
    if "inner_options" in case:
        options["inner_options"] = case["inner_options"]
    x = torch.tensor(case["input"], dtype=torch.float64)
    x = x.reshape(-1, *case["input_shape"])
    x = x.long() if case["indices"] else x.requires_grad_()
    parameters = {
        name: torch.tensor(p["values"], dtype=torch.float64).reshape(p["shape"]).requires_grad_()
        for name, p in case["parameters"].items()
    }
    others = []
    if case["n_inputs"] > 1:
        second = torch.tensor(case["second_input"], dtype=torch.float64)
        others = [second.reshape(-1, *case["second_shape"])]
    y = OPERATIONS[case["operation"]](x, options, *others, **parameters)
    if "activation" in case:
        y = OPERATIONS[case["activation"]](y, case["activation_options"])
    results = {"output": differs(case["output"], y.detach())}
    penalty = PENALTIES.get(case["operation"], lambda x, o: torch.zeros(()))(x, options)
    results["penalty"] = differs([case["penalty"]], penalty.detach().reshape(1))
    if y.requires_grad:
        gradient = torch.tensor(case["output_gradient"], dtype=torch.float64).reshape(y.shape)
        ((y * gradient).sum() + penalty).backward()
    if not case["indices"]:
        results["input gradient"] = differs(case["input_gradient"], x.grad)
    for name, parameter in parameters.items():
        if case["parameters"][name]["measured"]:
            continue
        results[f"gradient of {name}"] = differs(case["parameters"][name]["gradient"],
                                                 parameter.grad)
    results |= check_inside(case, x, options, parameters)
    return [f"{what} {problem}" for what, problem in results.items() if problem]


def main():
    lines = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout
    counts, failures = {}, 0
    for line in lines.splitlines():
        case = json.loads(line)
        name = case["operation"]
        if name not in OPERATIONS:
            print(f"{name}: no PyTorch counterpart in {sys.argv[0]}; add one to OPERATIONS")
            return 1
        counts[name] = counts.get(name, 0) + 1
        for problem in check(case):
            failures += 1
            print(f"{name} {case['options']} {case.get('activation', '')}"
                  f" of {case['input_shape']}: {problem}")
    print(", ".join(f"{name} {n}" for name, n in counts.items()))
    return 1 if failures or min(counts.values()) < 6 else 0


if __name__ == "__main__":
    sys.exit(main())
