"""The same adversarial step in PyTorch on one thread: answers "N" by "CPU-seconds loss", "check" by "loss displacement".

Weights and inputs are read in this project's layout (channels last) and turned to PyTorch's (channels first).
"""

import json
import resource
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)

FOLDER = sys.argv[1]
with open(f"{FOLDER}/problem.json") as text:
    PROBLEM = json.load(text)
BATCH, EPS, ALPHA, STEPS, RATE = (PROBLEM[key] for key in ("batch", "eps", "alpha", "attackSteps", "rate"))


def read(name, dtype):
    return np.fromfile(f"{FOLDER}/{name}.bin", dtype=dtype)


def load():
    """Inputs [batches, batch, c, h, w], labels, parameters in PyTorch's layout."""
    height, width, channels = PROBLEM["inputShape"]
    inputs = read("inputs", "<f4").reshape(PROBLEM["batches"], BATCH, height, width, channels).transpose(0, 1, 4, 2, 3)
    labels = read("labels", "<i4").reshape(PROBLEM["batches"], BATCH)
    flat, first, image, parameters = read("weights", "<f4"), 0, None, []
    for layer in PROBLEM["layers"]:
        if layer["spec"]["type"] == "flatten":
            image = layer["inputShape"]
        for shape in layer["parameterShapes"]:
            size = int(np.prod(shape))
            values = flat[first : first + size].reshape(shape)
            first += size
            if len(shape) == 4:
                values = values.transpose(3, 2, 0, 1)
            elif len(shape) == 2 and image is not None:
                values = values.reshape(*image, shape[1]).transpose(3, 2, 0, 1).reshape(shape[1], shape[0])
                image = None
            elif len(shape) == 2:
                values = values.T
            parameters.append(torch.tensor(np.ascontiguousarray(values)).requires_grad_())
    return torch.tensor(np.ascontiguousarray(inputs)), torch.tensor(labels, dtype=torch.int64), parameters


def our_layout(parameters):
    """One array in this project's layout."""
    parts, index, image = [], 0, None
    for layer in PROBLEM["layers"]:
        if layer["spec"]["type"] == "flatten":
            image = layer["inputShape"]
        for shape in layer["parameterShapes"]:
            values = parameters[index].detach().numpy()
            index += 1
            if len(shape) == 4:
                values = values.transpose(2, 3, 1, 0)
            elif len(shape) == 2 and image is not None:
                height, width, channels = image
                values = values.reshape(shape[1], channels, height, width).transpose(2, 3, 1, 0)
                image = None
            elif len(shape) == 2:
                values = values.T
            parts.append(np.ascontiguousarray(values).ravel())
    return np.concatenate(parts)


def padding(size, out, kernel, stride):
    """Of TensorFlow's "same": what is left over goes behind."""
    total = max((out - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def convolve(x, weights, bias, layer, exact):
    spec = layer["spec"]
    kernel, stride = spec["kernel"], spec["stride"]
    before, after = padding(layer["inputShape"][0], layer["outputShape"][0], kernel, stride)
    if exact and before != after:
        return F.conv2d(F.pad(x, (before, after, before, after)), weights, bias, stride)
    # Where the padding is uneven PyTorch's own even one does the same work: a copy for it would slow PyTorch down.
    return F.conv2d(x, weights, bias, stride, padding=after)


def forward(x, parameters, exact=False):
    rest = iter(parameters)
    for layer in PROBLEM["layers"]:
        spec = layer["spec"]
        kind = spec["type"]
        if kind == "dense":
            x = F.linear(x, next(rest), next(rest))
        elif kind == "conv2d":
            x = convolve(x, next(rest), next(rest), layer, exact)
        elif kind == "relu":
            x = F.relu(x)
        elif kind == "flatten":
            x = x.flatten(1)
        elif kind == "max_pool":
            x = F.max_pool2d(x, spec["size"], spec.get("stride", spec["size"]))
        else:
            raise ValueError(kind)
    return x


def attack(clean, labels, parameters, random_start, exact):
    x = clean
    if random_start:
        x = (clean + torch.empty_like(clean).uniform_(-EPS, EPS)).clamp_(0, 1)
    for _ in range(STEPS):
        x = x.detach().requires_grad_()
        loss = F.cross_entropy(forward(x, parameters, exact), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        with torch.no_grad():
            delta = (x + ALPHA * gradient.sign() - clean).clamp_(-EPS, EPS)
            x = (clean + delta).clamp_(0, 1)
    return x.detach()


def update(clean, labels, parameters, random_start=True, exact=False):
    x = attack(clean, labels, parameters, random_start, exact)
    loss = F.cross_entropy(forward(x, parameters, exact), labels)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients):
            parameter.sub_(gradient, alpha=RATE)
    return loss.item()


def check():
    inputs, labels, parameters = load()
    initial = our_layout(parameters).astype(np.float64)
    loss = update(inputs[0], labels[0], parameters, random_start=False, exact=True)
    weights = (7919 * np.arange(initial.size)) % 101 / 101 - 0.5
    return loss, float(weights @ (our_layout(parameters) - initial))


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    inputs, labels, parameters = load()
    done = 0
    for order in sys.stdin:
        if order.strip() == "check":
            print(*check(), flush=True)
            continue
        start, loss = cpu_seconds(), float("nan")
        for _ in range(int(order)):
            loss = update(inputs[done % len(inputs)], labels[done % len(inputs)], parameters)
            done += 1
        print(cpu_seconds() - start, loss, flush=True)


if __name__ == "__main__":
    main()
