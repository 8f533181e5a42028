import type { EngineInfo } from '../../../artifacts/training-log/training-log.js';
import { sha256 } from '../../../canonical-json.js';
import { HjbLrError } from '../../../errors.js';
import { TOOL_VERSION } from '../../../version.js';
import { isTensorModel } from '../../../workloads/models/model.js';
import type { Engine } from '../engine.js';
import { FUSED_CODE, FUSED_KERNEL } from './module.js';
import { createFusedNetwork } from './network.js';

export { createFusedNetwork } from './network.js';
export { FUSED_KERNEL } from './module.js';

/** Our own WebAssembly module: models of layers, each pass without leaving its memory. */
export function openFusedEngine(): Engine {
  return {
    info: fusedInfo(),
    build: sha256(FUSED_CODE),
    createNetwork(model, _data, capacity) {
      if (isTensorModel(model)) throw notLayers();
      return createFusedNetwork(model, capacity);
    },
  };
}

function fusedInfo(): EngineInfo {
  return { engine: 'fused', backend: 'wasm', kernel: FUSED_KERNEL, threads: 1, version: TOOL_VERSION };
}

function notLayers(): HjbLrError {
  return new HjbLrError('E_ENGINE', 'The engine "fused" runs models of layers, and this one is written on tensors.', {
    remedy: 'Use --engine tfjs or --engine native.',
  });
}
