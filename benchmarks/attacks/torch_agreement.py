"""Misclassified images after torchattacks' attacks, on weights and images that agreement.ts wrote to a folder."""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchattacks

folder = Path(sys.argv[1])
case = json.loads((folder / "case.json").read_text())
weights = torch.from_numpy(np.fromfile(folder / "weights", np.float32))
labels = torch.from_numpy(np.fromfile(folder / "labels", np.int32).astype(np.int64))
shape = case["inputShape"]
inputs = torch.from_numpy(np.fromfile(folder / "inputs", np.float32))
if len(shape) == 3:
    inputs = inputs.reshape(len(labels), *shape).permute(0, 3, 1, 2).contiguous()
else:
    inputs = inputs.reshape(len(labels), 1, 1, *shape)  # torchattacks' L2 attacks want four axes
torch.manual_seed(1)
torch.set_num_threads(1)


class ChannelsLastFlatten(torch.nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def build():
    """The layers in PyTorch, weights taken one after the other: ours are [in, out] and [height, width, in, out]."""
    layers, next_weight, width = [] if len(shape) == 3 else [torch.nn.Flatten()], 0, shape[-1]

    def take(*sides):
        nonlocal next_weight
        size = int(np.prod(sides))
        values = weights[next_weight : next_weight + size].reshape(*sides)
        next_weight += size
        return values

    side = shape[0]
    for layer in case["layers"]:
        if layer["type"] == "dense":
            module = torch.nn.Linear(width, layer["units"])
            module.weight.data = take(width, layer["units"]).T.contiguous()
            width = layer["units"]
            module.bias.data = take(width)
        elif layer["type"] == "conv2d":
            k, filters = layer["kernel"], layer["filters"]
            # "same" of TensorFlow for an even kernel and stride 2 on even sides: one row of zeros on each side.
            assert (k, layer["stride"], layer["padding"], side % 2) == (4, 2, "same", 0)
            module = torch.nn.Conv2d(width, filters, k, stride=2, padding=1)
            module.weight.data = take(k, k, width, filters).permute(3, 2, 0, 1).contiguous()
            module.bias.data = take(filters)
            width, side = filters, side // 2
        elif layer["type"] == "relu":
            module = torch.nn.ReLU()
        elif layer["type"] == "flatten":
            module, width = ChannelsLastFlatten(), width * side * side
        layers.append(module)
    assert next_weight == len(weights)
    return torch.nn.Sequential(*layers).eval()


def attack_of(model, spec):
    if spec["type"] == "fgsm":
        return torchattacks.FGSM(model, eps=spec["eps"])
    kind = torchattacks.PGD if spec["norm"] == "Linf" else torchattacks.PGDL2
    options = {name: spec[name] for name in ("eps", "alpha", "steps", "random_start")}
    return kind(model, **options)


model = build()
for parameter in model.parameters():
    parameter.requires_grad_(False)
batches = [(inputs[i : i + case["batch"]], labels[i : i + case["batch"]]) for i in range(0, len(labels), case["batch"])]
logits = torch.cat([model(x) for x, _ in batches])
wrong = {"no attack": [(logits.argmax(1) != labels).int().tolist()]}
for name, spec in case["attacks"].items():
    attack = attack_of(model, spec)
    starts = case["starts"] if spec["random_start"] else 1
    broken = [torch.cat([model(attack(x, y)).argmax(1) != y for x, y in batches]) for _ in range(starts)]
    wrong[name] = [each.int().tolist() for each in broken]
answer = {
    "versions": {"torch": torch.__version__, "torchattacks": torchattacks.__version__},
    "largest_logit": logits.abs().max().item(),
    "logits": logits.flatten().tolist(),
    "wrong": wrong,
}
(folder / "answer.json").write_text(json.dumps(answer))
