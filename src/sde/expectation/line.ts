import type { Component, SampleLaw } from '../law/law.js';
import { gaussHermite, gaussLegendre, type GaussRule } from './gauss.js';
import { coordinateCount, forEachProduct, nodeList, placeSample, type NodeSet } from './nodes.js';
import { breaksOf, commonBreaks } from './breaks.js';
import { rotated } from './rotation.js';

const exp = Math.exp;

/** What tells the smooth pieces of an integrand apart. */
export interface Pieces {
  /** A number for the piece in which a sample lies. */
  piece(sample: Float64Array): number;
  /** Functions that change sign between pieces, for the direction of the lines. */
  readonly switchCount: number;
  switches(sample: Float64Array, out: Float64Array): void;
}

/** Nodes on each panel of a line, and of the rules in the other coordinates. */
export interface LineOrder {
  readonly line: number;
  readonly others: number;
}

/** How far the line of a standard normal goes: beyond lies a probability of 2e-23. */
const REACH = 10;

/** Length of a panel of the line, in standard deviations. */
const PANEL = 2;

/** Places on the lines, within their reach, from which borders that run along them are looked for. */
const PROBES = [-6.3, -4.6, -3.1, -2.2, -1.4, -0.6, -0.1, 0.2, 0.9, 1.3, 1.8, 2.7, 3.7, 5.2];

/**
 * Tensor products in all coordinates but one; along that one, lines, each split where the integrand passes from one smooth
 * piece to another, with a Gauss-Legendre rule on each part. The lines cross the borders of the pieces head-on, so that
 * their integrals depend smoothly on the other coordinates.
 *
 * @returns null where a line has more pieces than can be told apart
 */
export function lineNodes(law: SampleLaw, pieces: Pieces, order: LineOrder): NodeSet | null {
  const list = nodeList(law.dimension);
  const complete = law.components.every((component) => {
    if (coordinateCount(law, component) > 0) return addLines(law, rotated(component, law, pieces), pieces, order, list);
    list.add(component.mean, component.weight);
    return true;
  });
  return complete ? list.nodes() : null;
}

function addLines(
  { dimension, start }: SampleLaw,
  component: Component,
  pieces: Pieces,
  { line, others }: LineOrder,
  list: ReturnType<typeof nodeList>,
): boolean {
  const normal = component.root.length > 0;
  const sample = new Float64Array(dimension);
  const coordinates = new Float64Array(component.root.length + (start?.size ?? 0));
  const place = (s: number): Float64Array => {
    coordinates[0] = s;
    placeSample(component, start, coordinates, sample);
    return sample;
  };
  const piece = (s: number): number => pieces.piece(place(s));
  const otherRules = Array.from({ length: coordinates.length - 1 }, (_, k) => {
    if (k + 1 < component.root.length) return gaussHermite(others);
    const along = (probe: number) => (v: number) => {
      coordinates.fill(probe / 3, 1);
      coordinates[k + 1] = v;
      return piece(probe);
    };
    return composite(commonBreaks(PROBES.map(along)), gaussLegendre(others));
  });
  const rule = gaussLegendre(line);
  const panels = normal ? evenly(-REACH, REACH, (2 * REACH) / PANEL) : [-1, 1];
  const density = normal ? normalDensity : () => 0.5;
  let complete = true;
  forEachProduct(otherRules, (other, weight) => {
    coordinates.set(other, 1);
    const breaks = breaksOf(piece, panels, rule.nodes);
    if (breaks === null) return void (complete = false);
    forEachPanelNode(breaks, rule, (s, length) => list.add(place(s), component.weight * weight * length * density(s)));
  });
  return complete;
}

/** A rule on each panel of [-1, 1], for the mean over it. */
function composite(breaks: readonly number[], rule: GaussRule): GaussRule {
  const [nodes, weights]: [number[], number[]] = [[], []];
  forEachPanelNode(breaks, rule, (v, length) => {
    nodes.push(v);
    weights.push(length / 2);
  });
  return { nodes: Float64Array.from(nodes), weights: Float64Array.from(weights) };
}

function forEachPanelNode(
  breaks: readonly number[],
  rule: GaussRule,
  visit: (s: number, length: number) => void,
): void {
  for (let k = 1; k < breaks.length; k += 1) {
    const [low, high] = [breaks[k - 1], breaks[k]];
    for (let i = 0; i < rule.nodes.length; i += 1) {
      visit((low + high + (high - low) * rule.nodes[i]) / 2, (high - low) * rule.weights[i]);
    }
  }
}

function normalDensity(s: number): number {
  return exp((-s * s) / 2) / Math.sqrt(2 * Math.PI);
}

function evenly(low: number, high: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, i) => low + ((high - low) * i) / parts);
}
