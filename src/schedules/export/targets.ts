import type { OpenLoopForm } from './open-loop-form.js';
import { clipFactor, head, indented, ratesOf } from './python.js';

/** A form for a trainer: its text, from the values over time. */
export type ExportTarget = (form: OpenLoopForm, options: ExportOptions) => string;

export interface ExportOptions {
  /** Updates of one epoch, where a trainer counts epochs. */
  readonly updatesPerEpoch: number | null;
}

/** One row for each update, one column for each control. */
export const csv: ExportTarget = ({ controls }) => {
  const names = Object.keys(controls);
  const rows = controls['learning_rate'].map((_, k) => [k, ...names.map((name) => controls[name][k])].join(','));
  return `${[['update', ...names].join(','), ...rows].join('\n')}\n`;
};

const TORCH_SCHEDULER = `
def scheduler(optimizer):
    """Call step() once after each optimizer.step(). Parameter groups whose lr differs keep their ratios."""
    first = optimizer.param_groups[0]["lr"]
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: RATES[min(k, len(RATES) - 1)] / first)
`;

/** The clip of the policy on the gradients of parameters. */
function torchClip(form: OpenLoopForm): string {
  const factor = clipFactor(form);
  if (factor === null) return '';
  return `

class Clip:
    """The policy's clip, without which runs under it end early: call it after each backward pass, before optimizer.step()."""

    limit = None

    def __call__(self, parameters):
        grads = [p.grad for p in parameters if p.grad is not None]
        norm = math.hypot(*(float(torch.linalg.vector_norm(g.detach())) for g in grads))
        if not math.isfinite(norm):
            factor = 0.0
        else:
${indented(factor, 12)}
        for g in grads:
            g.zero_() if factor == 0 else g.mul_(factor)
        return factor
`;
}

export const torch: ExportTarget = (form) =>
  `${head(form, 'A learning-rate schedule for PyTorch.')}
import math

import torch

${ratesOf(form)}
${TORCH_SCHEDULER}${torchClip(form)}`;

export const lightning: ExportTarget = (form) =>
  `${head(form, 'A learning-rate schedule for Lightning: a mixin of a LightningModule.')}
import math

import torch

${ratesOf(form)}
${TORCH_SCHEDULER}${torchClip(form)}

class PolicyMixin:
    """class Model(PolicyMixin, LightningModule): ...; give the optimizer by make_optimizer()."""

    def configure_optimizers(self):
        optimizer = self.make_optimizer()
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler(optimizer), "interval": "step"}}
${
  form.clip === null
    ? ''
    : `
    def configure_gradient_clipping(self, optimizer, gradient_clip_val=None, gradient_clip_algorithm=None):
        if not hasattr(self, "_policy_clip"):
            self._policy_clip = Clip()
        self._policy_clip([p for group in optimizer.param_groups for p in group["params"]])
`
}`;

export const timm: ExportTarget = (form) =>
  `${head(form, 'A learning-rate schedule for timm: call step_update(num_updates) after each update.')}
import math

import torch
from timm.scheduler.scheduler import Scheduler

${ratesOf(form)}

class PolicyScheduler(Scheduler):
    """RATES by updates; lr_scale of a parameter group is honoured."""

    def __init__(self, optimizer):
        super().__init__(optimizer, param_group_field="lr", t_in_epochs=False, initialize=True)
        self.ratios = [base / self.base_values[0] for base in self.base_values]
        self.update_groups(self._get_lr(0))

    def _get_lr(self, t):
        rate = RATES[min(t, len(RATES) - 1)]
        return [rate * ratio for ratio in self.ratios]
${torchClip(form)}`;

export const optax: ExportTarget = (form) =>
  `${head(form, 'A learning-rate schedule for optax.')}
import jax
import jax.numpy as jnp
import optax

${ratesOf(form)}

def schedule(count):
    """optax.sgd(learning_rate=schedule)"""
    rates = jnp.asarray(RATES)
    return rates[jnp.clip(count, 0, len(RATES) - 1)]
${optaxClip(form)}`;

function optaxClip({ clip }: OpenLoopForm): string {
  if (clip === null) return '';
  const [memory, factor] =
    clip.kind === 'norm'
      ? ['limit', `jnp.minimum(1.0, ${clip.maximum} / (norm + 1e-6))`]
      : [
          `jnp.where(start > 0, start + ${clip.gain} * (jnp.minimum(norm, start) - start), -1.0)`,
          'jnp.where(norm > start, start / norm, 1.0)',
        ];
  return `

def clip():
    """The policy's clip: optax.chain(clip(), optax.sgd(schedule))."""

    def init(params):
        return jnp.asarray(-1.0)

    def update(updates, limit, params=None):
        norm = optax.global_norm(updates)
        start = jnp.where(limit < 0, norm, limit)
        finite = jnp.isfinite(norm)
        factor = ${factor}
        clipped = jax.tree.map(lambda g: jnp.where(finite, factor * g, jnp.zeros_like(g)), updates)
        return clipped, jnp.where(finite, ${memory}, limit)

    return optax.GradientTransformation(init, update)
`;
}

export const keras: ExportTarget = (form) =>
  `${head(form, 'A learning-rate schedule for Keras 3.')}
import keras

${ratesOf(form)}

@keras.saving.register_keras_serializable(package="hjb_lr")
class PolicySchedule(keras.optimizers.schedules.LearningRateSchedule):
    """keras.optimizers.SGD(learning_rate=PolicySchedule())"""

    def __call__(self, step):
        rates = keras.ops.convert_to_tensor(RATES, dtype="float32")
        return keras.ops.take(rates, keras.ops.minimum(keras.ops.cast(step, "int32"), len(RATES) - 1))

    def get_config(self):
        return {}
${form.clip === null ? '' : KERAS_CLIP}`;

const KERAS_CLIP = `
# The policy clips the gradient, and runs under it end early without. Keras' optimizers have no such clip but a fixed one
# (global_clipnorm=...): clip in a custom train_step as clients/python of hjb-lr does (PolicyRun.clip).
`;

/** MadryLab's robustness: multipliers of `lr` by epoch. */
export const robustness: ExportTarget = ({ controls }, { updatesPerEpoch }) => {
  const rates = controls['learning_rate'];
  const per = updatesPerEpoch!;
  const epochs = Math.ceil(rates.length / per);
  const largest = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const multipliers = Array.from({ length: epochs }, (_, epoch) => {
    const own = rates.slice(
      Math.round(epoch * per),
      Math.max(Math.round((epoch + 1) * per), Math.round(epoch * per) + 1),
    );
    return `(${epoch}, ${own.reduce((sum, rate) => sum + rate, 0) / own.length / largest})`;
  });
  const fields = {
    lr: largest,
    epochs,
    custom_lr_multiplier: `[${multipliers.join(', ')}]`,
    lr_interpolation: 'step',
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
};
