#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kernels' rounding errors against PyTorch's, both measured by PyTorch in float64.

Usage: accuracy.py OPERATION-VALUES
For every operation that PyTorch has, forward and all gradients: the root of the mean squared error
of our float32 is at most PyTorch's own, on the same numbers. Both are samples, and which kernels a
processor gets changes them: of n numbers, the ratio of two such roots scatters by 1 / sqrt(n), so a
gradient of one number says little, and one of a thousand much.

How long the sums are in which PyTorch's matrix product rounds depends on the processor for which
its BLAS has a kernel, and their errors differ by up to 1.4. So that the yardstick has one length
everywhere, OpenBLAS takes its kernels for Haswell wherever they run.
"""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

CPU = pathlib.Path("/proc/cpuinfo")
if CPU.exists() and " avx2 " in CPU.read_text(encoding="ascii", errors="replace"):
    os.environ["OPENBLAS_CORETYPE"] = "Haswell"  # before PyTorch loads it

HERE = pathlib.Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("compare_operations", HERE / "compare-operations.py")
parity = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(parity)
torch, F = parity.torch, parity.F

VECTOR = "input: [4]\nlayers:\n- dense: {units: 500}\n"
SEQUENCE = "input: [12, 4]\nlayers:\n- dense: {units: 500}\n"
ATTENTION = "input: [12, 4]\nlayers:\n- dense: {units: 48}\n"
IMAGE = "input: [2, 14, 14]\nlayers:\n- conv2d: {filters: 24, kernel: 1}\n"
VOLUME = "input: [2, 5, 6, 7]\nlayers:\n- conv3d: {filters: 24, kernel: 1}\n"
JOIN = "input: [300]\nlayers:\n- dense: {units: 300}\n"

# Networks whose last layer is looked at, of the sizes that networks have: sums of many terms. What
# is not here stands as it is behind VECTOR.
NETWORKS = {
    "dense": [SEQUENCE + "- dense: {units: 100}\n", SEQUENCE + "- dense: {units: 10}\n"],
    "conv2d": [IMAGE + "- conv2d: {filters: 32, kernel: 3, padding: same}\n",
               IMAGE + "- conv2d: {filters: 16, kernel: 5, stride: 2, padding: 2}\n",
               IMAGE + "- conv2d: {filters: 24, kernel: 3, padding: 1, groups: 24}\n"],
    "conv1d": [SEQUENCE + "- conv1d: {filters: 40, kernel: 3, padding: same}\n"],
    "conv3d": [VOLUME + "- conv3d: {filters: 16, kernel: 3, padding: same}\n"],
    "conv_transpose1d": [SEQUENCE + "- conv_transpose1d: {filters: 32, kernel: 3, stride: 2}\n"],
    "conv_transpose3d": [VOLUME + "- conv_transpose3d: {filters: 8, kernel: 2, stride: 2}\n"],
    "conv_transpose2d": [IMAGE + "- conv_transpose2d: {filters: 16, kernel: 3, stride: 2}\n"],
    "max_pool1d": [SEQUENCE + "- max_pool1d:\n"],
    "max_pool2d": [IMAGE + "- max_pool2d:\n"],
    "max_pool3d": [VOLUME + "- max_pool3d:\n"],
    "adaptive_max_pool1d": [SEQUENCE + "- adaptive_max_pool1d: {output_size: 3}\n"],
    "adaptive_max_pool2d": [IMAGE + "- adaptive_max_pool2d: {output_size: 3}\n"],
    "adaptive_max_pool3d": [VOLUME + "- adaptive_max_pool3d: {output_size: 3}\n"],
    "avg_pool1d": [SEQUENCE + "- avg_pool1d:\n"],
    "avg_pool3d": [VOLUME + "- avg_pool3d:\n"],
    "adaptive_avg_pool1d": [SEQUENCE + "- adaptive_avg_pool1d: {output_size: 3}\n"],
    "adaptive_avg_pool2d": [IMAGE + "- adaptive_avg_pool2d: {output_size: 3}\n"],
    "adaptive_avg_pool3d": [VOLUME + "- adaptive_avg_pool3d: {output_size: 3}\n"],
    "global_avg_pool": [IMAGE + "- global_avg_pool:\n", SEQUENCE + "- global_avg_pool:\n"],
    "global_max_pool": [IMAGE + "- global_max_pool:\n", SEQUENCE + "- global_max_pool:\n"],
    "avg_pool2d": [IMAGE + "- avg_pool2d:\n"],
    "upsample1d": [SEQUENCE + "- upsample1d: {mode: linear}\n"],
    "upsample2d": [IMAGE + "- upsample2d:\n"],
    "upsample3d": [VOLUME + "- upsample3d: {mode: trilinear}\n"],
    "max_unpool1d": ["input: [28, 8]\nlayers:\n- conv1d: {filters: 8, kernel: 2, stride: 2}\n"
                     "- max_unpool1d: {inputs: [conv1d, input]}\n"],
    "max_unpool2d": ["input: [2, 14, 14]\nlayers:\n- conv2d: {filters: 2, kernel: 2, stride: 2}\n"
                     "- max_unpool2d: {inputs: [conv2d, input]}\n"],
    "max_unpool3d": ["input: [2, 6, 6, 6]\nlayers:\n- conv3d: {filters: 2, kernel: 2, stride: 2}\n"
                     "- max_unpool3d: {inputs: [conv3d, input]}\n"],
    "spatial_dropout": [IMAGE + "- spatial_dropout:\n"],
    "batch_norm": [IMAGE + "- batch_norm:\n"],
    "group_norm": [IMAGE + "- group_norm: {groups: 4}\n"],
    "instance_norm": [IMAGE + "- instance_norm:\n"],
    "positional_encoding": [SEQUENCE + "- positional_encoding:\n"],
    "rnn": [SEQUENCE + "- rnn: {units: 60}\n"],
    "gru": [SEQUENCE + "- gru: {units: 60}\n"],
    "lstm": [SEQUENCE + "- lstm: {units: 60}\n"],
    "multi_head_attention": [ATTENTION + "- multi_head_attention: {heads: 4}\n",
                             ATTENTION + "- multi_head_attention: {heads: 4, causal: true}\n"],
    "time_distributed": [SEQUENCE + "- time_distributed: {layer: {dense: {units: 100}}}\n"],
    "softmax": [VECTOR + "- softmax:\n", IMAGE + "- softmax:\n"],
    "embedding": ["input: [200]\nlayers:\n- embedding: {vocabulary: 20, units: 30}\n"],
    "one_hot": ["input: [200]\nlayers:\n- one_hot: {classes: 20}\n"],
    "reshape": [VECTOR + "- reshape: {shape: [5, 10, 10]}\n"],
    "permute": [IMAGE + "- permute: {axes: [3, 1, 2]}\n"],
    "slice": [IMAGE + "- slice: {axis: 2, begin: 1, step: 2}\n"],
    "crop": [IMAGE + "- crop:\n"],
    "pad": [IMAGE + "- pad: {mode: reflect}\n"],
    "prelu": [IMAGE + "- prelu: {slopes: channel}\n", IMAGE + "- prelu:\n"],
    "add": [JOIN + "- add: {inputs: [dense, input]}\n"],
    "concat": [JOIN + "- concat: {inputs: [dense, input]}\n"],
    "dot": ["input: [40, 40]\nlayers:\n- dense: {units: 40}\n- dot: {inputs: [dense, input]}\n"],
    "multiply": [JOIN + "- multiply: {inputs: [dense, input]}\n"],
}
TRAINED = {"batch_norm"}  # measured while training, too

# Where ours is known to be larger, and why.
ALLOWED = {
    "tanh": 2.7,  # half the time of the one that is within 1.3 ulp
    "conv1d": 1.8,  # the input's gradient is one sum, PyTorch's one of sums over each tap
    "conv_transpose1d": 1.8,  # biases are summed up in runs of 32, PyTorch's in shorter ones
}

SEEDS = range(3)
NOISE = 1.25  # the order of a sum is a matter of taste
SCATTER = 3   # deviations of the ratio that a sample may be off
RESOLUTION = 2.0 ** -24  # of the values: half a unit in the last place, one rounding more


def batch_norm_training(x, options, gamma, beta, running_mean, running_var):
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=float(options["epsilon"]))


def given(numbers, dtype):
    """Numbers that were printed with nine digits: floats, to be read as such."""
    return torch.tensor(numbers, dtype=torch.float32).to(dtype)


def compute(case, training, dtype):
    """What the case computes, in @dtype: name to tensor."""
    function = parity.OPERATIONS[case["operation"]]
    if training and case["operation"] == "batch_norm":
        function = batch_norm_training
    x = given(case["input"], dtype).reshape(-1, *case["input_shape"])
    x = x.long() if case["indices"] else x.requires_grad_()
    parameters = {name: given(p["values"], dtype).reshape(p["shape"]).requires_grad_()
                  for name, p in case["parameters"].items()}
    others = []
    if case["n_inputs"] > 1:
        others = [given(case["second_input"], dtype).reshape(-1, *case["second_shape"])]
    options = dict(case["options"], inner_options=case.get("inner_options"))
    y = function(x, options, *others, **parameters)
    results = {"output": y.detach()}
    if y.requires_grad:
        penalty = parity.PENALTIES.get(case["operation"], lambda x, o: 0)(x, options)
        ((y * given(case["output_gradient"], dtype).reshape(y.shape)).sum() + penalty).backward()
    if not case["indices"]:
        results["input gradient"] = x.grad
    for name, parameter in parameters.items():
        if parameter.grad is not None and not case["parameters"][name]["measured"]:
            results[f"gradient of {name}"] = parameter.grad
    return results


def ours_of(case, name):
    if name.startswith("gradient of "):
        return case["parameters"][name[len("gradient of "):]]["gradient"]
    return case[name.replace(" ", "_")]


def measure(program, network, training):
    """Roots of mean squares over the seeds, by result: our errors, PyTorch's, the values; and how
    many numbers they are of."""
    sums = {}
    for seed in SEEDS:
        mode = "training" if training else "evaluation"
        out = subprocess.run([program, str(seed), mode, network], capture_output=True, text=True)
        if out.returncode != 0:
            sys.exit(f"{out.stderr}\n{network}does not work: give the operation one in NETWORKS")
        case = json.loads(out.stdout)
        exact = compute(case, training, torch.float64)
        single = compute(case, training, torch.float32)
        for name, value in exact.items():
            ours = given(ours_of(case, name), torch.float64).reshape(value.shape)
            errors = (ours - value, single[name].double() - value, value)
            n = value.numel()
            ours_sum, theirs, values, count = sums.get(name, (0, 0, 0, 0))
            mine, other, size = (float((error ** 2).sum()) for error in errors)
            sums[name] = (ours_sum + mine, theirs + other, values + size, count + n)
    return {name: (*((total / entry[3]) ** 0.5 for total in entry[:3]), entry[3])
            for name, entry in sums.items()}


def main():
    program, failures = sys.argv[1], 0
    for operation in parity.OPERATIONS:
        for network in NETWORKS.get(operation, [VECTOR + f"- {operation}:\n"]):
            for training in (False, True) if operation in TRAINED else (False,):
                for name, found in measure(program, network, training).items():
                    ours, theirs, values, count = found
                    factor = ALLOWED.get(operation, NOISE) * (1 + SCATTER / count ** 0.5)
                    good = ours <= factor * theirs + RESOLUTION * values
                    failures += not good
                    print(f"{'ok    ' if good else 'FAILED'} {operation:17s} {name:20s} ours "
                          f"{ours:.3g}, PyTorch's {theirs:.3g}, of {values:.3g}"
                          f"{', training' if training else ''}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
