import { spreadText } from '../solvers/rounds.js';
import type { MemoryRow } from './memory.js';
import type { StepRatios } from './ratios.js';
import type { WorkerRatio } from './workers.js';

/** The results as tables. */
export function ratiosText({ rows, absent, torch }: StepRatios): string {
  const cells = rows.map(({ problem, contender, milliseconds, ratio, aim, difference }) => [
    ...[problem, contender, spreadText(milliseconds), ratio.toFixed(2), aim === null ? '' : String(aim)],
    `${difference.loss.toExponential(1)}, ${difference.displacement.toExponential(1)}`,
  ]);
  const head = ['problem', 'engine', 'ms for a step', 'over PyTorch', 'aim', 'difference'];
  const note = `PyTorch ${torch}. Medians (least to most) of 7 interleaved rounds, CPU time, one thread on one core, PyTorch and TensorFlow held to AVX2; the ratio is that of the medians. Difference: of the loss and of the weights' displacement after one step without random start, relative to PyTorch's.`;
  const missing = absent.length === 0 ? '' : ` Not here: ${absent.join('; ')}.`;
  return `# An adversarial step against PyTorch\n\n${table(head, cells)}\n${note}${missing}\n`;
}

export function memoryText(memory: readonly MemoryRow[]): string {
  const cells = memory.flatMap(({ engine, problem, points, heapRatio, flat }) =>
    points.map(({ steps, tensors, wasmBytes, heapBytes }, i) => [
      ...[engine, problem, String(steps), String(tensors), mebibytes(wasmBytes), mebibytes(heapBytes)],
      i === 0 ? '' : `${heapRatio.toFixed(3)}, ${flat ? 'flat' : 'NOT flat'}`,
    ]),
  );
  const head = ['engine', 'problem', 'steps', 'tensors', 'wasm MiB', 'heap MiB', 'heap over the first'];
  const note =
    'Heap: JavaScript heap and array buffers after a forced collection. Flat: tensors and wasm the same, heap within 5 %.';
  return `# Memory over 10,000 steps\n\n${table(head, cells)}\n${note}\n`;
}

export function workersText({ experiment, runs, updates, runsPerMinute, ratio, floor }: WorkerRatio): string {
  const cells = [[`${runs} runs of ${experiment}, ${updates} updates`, runsPerMinute.one, runsPerMinute.two]].map(
    ([what, one, two]) => [what, Number(one).toFixed(1), Number(two).toFixed(1), spreadText(ratio), String(floor)],
  ) as string[][];
  return `# Two workers against one\n\n${table(['runs', 'one, per minute', 'two, per minute', 'two over one', 'aim'], cells)}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
