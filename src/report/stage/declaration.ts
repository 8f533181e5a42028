import { argument, argumentList, choice, required, setting, text } from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';

const out = required(text('<folder>', 'folder for the page'));

/** How a report is written. */
export const REPORT_FORMATS = ['html', 'md', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const reportInput = {
  paths: argumentList(
    '<paths...>',
    'results.json, a training log, a policy, a solution, sde.json, or folders that hold them',
  ),
};
const analysisInput = { analysisPath: argument('<file>', 'sde.json, beside its policy.json if it has a control') };
const solutionInput = { solutionPath: argument('<file>', 'solution.json of a control problem') };
const reportOptions = {
  out: required(text('<folder>', 'folder for the report; of one input its own by default')),
  format: choice(REPORT_FORMATS, 'one offline page; Markdown, or the verdicts for programs, which are printed too', {
    default: 'html',
  }),
  dataFolder: text('<folder>', 'of sde.json: where relative paths of its data start; its own folder by default', {
    flag: 'data-folder',
  }),
};
const sdePageOptions = { out, dataFolder: setting<string>('where a relative path of the model to its data starts') };

export type ReportStageOptions = StageOptions<typeof reportInput, typeof reportOptions>;
export type SdePageOptions = StageOptions<typeof analysisInput, typeof sdePageOptions>;
export type ProblemPageOptions = StageOptions<typeof solutionInput, { out: typeof out }>;

/** `hjb-lr report`. */
export const REPORT = defineStage({
  name: 'report',
  description: 'results, training logs, policies and solutions -> one offline HTML page, report.html',
  input: reportInput,
  options: reportOptions,
  load: async () => (await import('./stage.js')).reportStage,
});

/** The page of `hjb-lr sde --html`. */
export const SDE_PAGE = defineStage({
  name: 'sde page',
  description: 'sde.json -> a page with the fields over the weights, sde.html',
  input: analysisInput,
  options: sdePageOptions,
  load: async () => (await import('./sde-page-stage.js')).sdePageStage,
});

/** The page of `hjb-lr solve PROBLEM --html`. */
export const PROBLEM_PAGE = defineStage({
  name: 'problem page',
  description: 'solution.json -> a page with value and policy, solution.html',
  input: solutionInput,
  options: { out },
  load: async () => (await import('./problem-page-stage.js')).problemPageStage,
});
