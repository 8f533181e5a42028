/** What the notebooks call beside the library itself: a model from its file's fields, sizes, rates, and what is shown. */
export { show, showSentences, showTable } from './display.ts';
export { bothRatesFigures, controlFigures, ratesFigure, showControl } from './figures/control.ts';
export { expansionFigure } from './figures/expansion.ts';
export { fieldFigures } from './figures/fields.ts';
export { penaltyFigure } from './figures/penalty.ts';
export { studyFigures } from './figures/studies.ts';
export { sgdModel } from './model.ts';
export { comparedRuns, constantRates, optimalRates } from './rates.ts';
export { sized } from './sized.ts';
