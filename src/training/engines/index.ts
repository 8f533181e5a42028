import type { Experiment } from '../../artifacts/experiment/experiment.js';
import type { EngineChoice, EngineName } from './choices.js';
import type { Engine } from './engine.js';
import { checkKnownLoss } from './known-loss.js';

export type { Engine } from './engine.js';
export { ENGINE_CHOICES, type EngineChoice, type EngineName } from './choices.js';
export { checkKnownLoss } from './known-loss.js';

/** What decides which engine is fastest: layers of one kind or the other, or what tensors alone compute, a user's own module too. */
export type ModelKind = 'dense' | 'convolutional' | 'module' | 'tensors';

/** Layers that the engine `fused` does not have. */
const ON_TENSORS: readonly string[] = ['tanh', 'dropout'];

/** In which order `auto` tries the engines: the order of benchmarks/training-step, where the first runs that kind at all. */
const AUTO: Readonly<Record<ModelKind, readonly EngineName[]>> = {
  dense: ['fused', 'native', 'tfjs'],
  convolutional: ['fused', 'native', 'tfjs'],
  module: ['native', 'tfjs'],
  tensors: ['native', 'tfjs'],
};

/** The kind of model that an experiment trains. */
export function modelKind({ workload }: Pick<Experiment, 'workload'>): ModelKind {
  if (typeof workload === 'string') return 'module';
  if (workload.model.layers.some(({ type }) => ON_TENSORS.includes(type))) return 'tensors';
  return workload.model.layers.some(({ type }) => type === 'conv2d') ? 'convolutional' : 'dense';
}

/** Engines that this process has opened, by name; a failed one is forgotten. */
const opened = new Map<EngineName, Promise<Engine>>();

/**
 * The engine that computes the training steps of this process. `auto`: the first that loads here, in an order fixed for
 * that kind of model. The engines `native` and `tfjs` share TensorFlow.js, which has one back end in a process, and
 * must be opened before any of its tensors is made.
 *
 * @throws E_ENGINE if the engine asked for cannot run here, if another back end of TensorFlow.js runs already or tensors
 * of another one exist, or if a known loss comes out wrong
 */
export async function openEngine(choice: EngineChoice, kind: ModelKind): Promise<Engine> {
  if (choice !== 'auto') return openNamed(choice);
  const order = AUTO[kind];
  for (const name of order.slice(0, -1)) {
    const engine = await openNamed(name).catch(() => null);
    if (engine !== null) return engine;
  }
  return openNamed(order[order.length - 1]);
}

function openNamed(name: EngineName): Promise<Engine> {
  const opening = opened.get(name) ?? openChecked(name);
  opened.set(name, opening);
  opening.catch(() => opened.delete(name));
  return opening;
}

async function openChecked(name: EngineName): Promise<Engine> {
  const engine = await open(name);
  checkKnownLoss(engine);
  return engine;
}

async function open(name: EngineName): Promise<Engine> {
  if (name === 'fused') return (await import('./fused/index.js')).openFusedEngine();
  return (await import('./tfjs/index.js')).openTensorEngine(name);
}
