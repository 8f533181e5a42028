/** What the notebooks call beside the library itself: a model from its file's fields, sizes, and what is shown. */
export { show, showSentences, showTable } from './display.ts';
export { controlComparison, methodRows } from './figures/control.ts';
export { expansionFigure } from './figures/expansion.ts';
export { fieldFigures } from './figures/fields.ts';
export { densityFigure } from './figures/long-run.ts';
export { flowFigures } from './figures/robustness.ts';
export { simulationFigures } from './figures/simulation.ts';
export { weakErrorFigure } from './figures/weak-error.ts';
export { sgdModel } from './model.ts';
export { sized } from './sized.ts';
