import { HjbLrError } from '../../errors.js';

/** Sets the learning rate of the coming update. */
export type SetRate = (rate: number) => void;

/** What a policy sets the rate of: a tfjs optimizer, any object with a rate, or a function that takes it. */
export type RateTaker = object | SetRate;

/**
 * tfjs: SGD and Momentum cache the rate, so that assigning their field does nothing; Adam and RMSProp have no setter.
 * @throws E_INVALID for what has no rate to set
 */
export function rateSetter(taker: RateTaker): SetRate {
  if (typeof taker === 'function') return taker as SetRate;
  const optimizer = Object(taker) as { setLearningRate?: unknown; learningRate?: unknown };
  const { setLearningRate } = optimizer;
  if (typeof setLearningRate === 'function') return (rate) => void setLearningRate.call(optimizer, rate);
  if ('learningRate' in optimizer) return (rate) => void (optimizer.learningRate = rate);
  throw new HjbLrError('E_INVALID', 'The optimizer has neither setLearningRate nor a field learningRate.', {
    remedy: 'Give a tfjs optimizer such as tf.train.sgd(0.1), or a function that sets the rate: (rate) => { ... }.',
  });
}

/** The update rules that tfjs has, by the names of its classes. */
const TFJS_RULES: Readonly<Record<string, string>> = {
  SGD: 'sgd',
  Momentum: 'sgd',
  Adam: 'adam',
  Adamax: 'adamax',
  RMSProp: 'rmsprop',
  Adagrad: 'adagrad',
  Adadelta: 'adadelta',
};

/** What can be told of an optimizer's update rule; null where nothing can. */
export interface KnownRule {
  readonly name: string;
  readonly momentum: number;
}

/** The update rule of a tfjs optimizer, by its class and its fields. */
export function ruleOf(taker: RateTaker): KnownRule | null {
  const { constructor, momentum, m } = taker as {
    constructor?: { className?: unknown };
    momentum?: unknown;
    m?: unknown;
  };
  const name = TFJS_RULES[String(constructor?.className)];
  if (name === undefined) return null;
  const found = [momentum, m].find((value) => typeof value === 'number');
  return { name, momentum: name === 'sgd' && typeof found === 'number' ? found : 0 };
}
