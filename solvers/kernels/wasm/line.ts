import { emptyLine } from '../line.js';
import type { LineKernel } from '../line-kernel.js';
import { emptyRows, type RowPieces } from '../row-pieces.js';
import { FOUND_SIZE, takeLargest } from './findings.js';
import { setFields, WasmMemory } from './memory.js';
import { kernelExports } from './module.js';

/** The kernel of one state and so many nodes in WebAssembly: the same operations in the same order as the reference. */
export function wasmLine(size: number): { readonly kernel: LineKernel; readonly rows: RowPieces } {
  const memory = new WasmMemory();
  const { lineForward, lineBackward } = kernelExports(memory.memory);
  const state = emptyLine(size, memory);
  const rows = emptyRows(1, size, memory);
  const block = memory.indices(6);
  const found = memory.numbers(FOUND_SIZE);
  const { V, source, control, elimination } = state;
  const kernel: LineKernel = {
    name: 'wasm',
    state,
    load: ({ data, start }) => setFields(block, [data, start, V, source, control, elimination]),
    forward: (rest) => {
      lineForward(block.byteOffset, found.byteOffset, size, rest);
      takeLargest(found, 1, state);
    },
    backward: () => {
      lineBackward(block.byteOffset, found.byteOffset, size);
      takeLargest(found, 1, state);
    },
  };
  return { kernel, rows };
}
