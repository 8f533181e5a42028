import { choice } from '../../execution/stage-options.js';

export type EngineName = 'native' | 'fused' | 'tfjs';
export type EngineChoice = 'auto' | EngineName;
export const ENGINE_CHOICES: readonly EngineChoice[] = ['auto', 'native', 'fused', 'tfjs'];

/** The option `--engine` of every stage that trains. */
export const ENGINE = choice<EngineChoice>(ENGINE_CHOICES, 'what computes the training steps', { default: 'auto' });
