import { describe, expect, test } from '@jest/globals';
import { problemFigures, type GridSolution } from '../../src/report/figures/problem-maps.js';

const axis = (name: string, nodes: number): GridSolution['axes'][number] => ({
  name,
  grid: Array.from({ length: nodes }, (_, i) => i),
  coordinate: 'identity',
});

/** Value = node + 1000 level; two controls, 10 node and 10 node + 1. */
function gridSolution(sizes: readonly number[], levels: number): GridSolution {
  const nodes = sizes.reduce((product, n) => product * n, 1);
  const times = Array.from({ length: levels }, (_, level) => level / 2);
  return {
    axes: sizes.map((n, i) => axis('xyz'[i], n)),
    controls: ['u', 'v'],
    times,
    value: times.map((_, level) => Float64Array.from({ length: nodes }, (__, node) => node + 1000 * level)),
    control: times.map(() => Float64Array.from({ length: 2 * nodes }, (_, k) => 10 * (k >> 1) + (k % 2))),
  };
}

type Trace = { x: number[]; y: number[]; z: number[][] };

describe('problemFigures', () => {
  test('one state: a curve at the first level and a map over time, of the value and of each control', () => {
    const figures = problemFigures(gridSolution([3], 2));
    expect(figures.map(({ id }) => id)).toEqual([
      ...['value', 'control-0', 'control-1'],
      ...['value-over-time', 'control-0-over-time', 'control-1-over-time'],
    ]);
    expect((figures[2].data[0] as unknown as Trace).y).toEqual([1, 11, 21]);
    const { x, y, z } = figures[3].data[0] as unknown as Trace;
    expect([x, y]).toEqual([
      [0, 0.5],
      [0, 1, 2],
    ]);
    expect(z).toEqual([
      [0, 1000],
      [1, 1001],
      [2, 1002],
    ]);
  });

  test('one state over an infinite horizon: curves alone', () => {
    expect(problemFigures(gridSolution([3], 1)).map(({ id }) => id)).toEqual(['value', 'control-0', 'control-1']);
  });

  test('two states: the first along x, the second along y', () => {
    const [value] = problemFigures(gridSolution([3, 2], 1));
    // node = 2 i + j
    expect((value.data[0] as unknown as Trace).z).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });

  test('three states: maps at three values of the third', () => {
    const [value] = problemFigures(gridSolution([2, 2, 5], 1));
    const maps = value.data as unknown as Trace[];
    expect(maps.map(({ z }) => z[0][0])).toEqual([1, 2, 3]); // a quarter, the middle, three quarters of 0..4
    expect((value.layout['annotations'] as { text: string }[]).map(({ text }) => text)).toEqual([
      'z = 1',
      'z = 2',
      'z = 3',
    ]);
    expect(maps[2].z[1][1]).toBe(1 * 10 + 1 * 5 + 3); // node = 10 i + 5 j + k
  });

  test('a long axis is thinned, both ends kept', () => {
    const { x } = problemFigures(gridSolution([1001], 1))[0].data[0] as unknown as Trace;
    expect([x.length, x[0], x.at(-1)]).toEqual([201, 0, 1000]);
  });

  test('nothing kept, nothing drawn', () => {
    expect(problemFigures(gridSolution([3], 0))).toEqual([]);
  });
});
