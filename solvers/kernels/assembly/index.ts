export { batchBackward, batchForward } from './batch';
export { lineBackward, lineForward } from './line';
export { follow, lead } from './threads';
