import type { SampleLaw } from '../law/law.js';
import { gaussHermite, gaussLegendre } from './gauss.js';
import { forEachProduct, nodeList, placeSample, type NodeSet } from './nodes.js';

/** Tensor products of Gauss-Hermite rules for the data and of Gauss-Legendre rules for the random start; atoms exactly. */
export function tensorNodes({ dimension, components, start }: SampleLaw, order: number): NodeSet {
  const list = nodeList(dimension);
  const sample = new Float64Array(dimension);
  const uniforms = Array.from({ length: start?.size ?? 0 }, () => gaussLegendre(order));
  for (const component of components) {
    const normals = component.root.map(() => gaussHermite(order));
    forEachProduct([...normals, ...uniforms], (coordinates, weight) => {
      placeSample(component, start, coordinates, sample);
      list.add(sample, component.weight * weight);
    });
  }
  return list.nodes();
}
