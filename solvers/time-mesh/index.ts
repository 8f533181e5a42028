import { HjbLrError } from '../../src/errors.js';
import type { HjbOptions } from '../march/options.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { timeStructure } from './jumps.js';
import { layerStep } from './layer.js';
import { meshed, type TimeMesh } from './mesh.js';

/** Where the levels of a problem have to lie closer than it says: at jumps, fast changes and a layer at the horizon. */
export function timeMesh(problem: ControlProblem, options: Omit<HjbOptions, 'keep' | 'scheme'>): TimeMesh {
  if (problem.horizon === 'infinite') return { jumps: [], cuts: new Map(), layer: null, levels: [] };
  return { ...timeStructure(problem), layer: layerOrNull(problem, options) };
}

/** On fewer nodes a problem may be none that can be solved. */
function layerOrNull(problem: ControlProblem, options: Omit<HjbOptions, 'keep' | 'scheme'>): number | null {
  try {
    return layerStep(problem, options);
  } catch (error) {
    if (error instanceof HjbLrError && error.code === 'E_INVALID') return null;
    throw error;
  }
}

/** The problem, or a companion on a half or a quarter of its levels, with the levels that the mesh adds. */
export function withMesh(problem: ControlProblem, mesh: TimeMesh, coarsening: number): ControlProblem {
  return problem.horizon === 'infinite' ? problem : { ...problem, times: meshed(problem.times, mesh, coarsening) };
}

export type { TimeMesh };
