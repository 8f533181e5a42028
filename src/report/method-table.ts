import Table from 'cli-table3';
import { figureSummary, type DecidingFigure, type MethodResult, type Results } from '../artifacts/results/results.js';
import { isAttacked } from './objective.js';
import { decidingFigure } from './paired.js';

/** A figure of every method, with what it is called under an attack, and without one where it is there too. */
const FIGURES: readonly Figure[] = [
  { name: 'train_robust_loss', digits: 4, scale: 1, attacked: 'adv. train loss', clean: 'train loss' },
  { name: 'test_robust_loss', digits: 4, scale: 1, attacked: 'adv. test loss', clean: 'test loss' },
  { name: 'test_acc', digits: 1, scale: 100, attacked: 'clean acc. %', clean: 'test acc. %' },
  { name: 'test_robust_acc', digits: 1, scale: 100, attacked: 'robust acc. %', clean: null },
];

interface Figure {
  readonly name: 'train_robust_loss' | 'test_robust_loss' | 'test_acc' | 'test_robust_acc';
  readonly digits: number;
  readonly scale: number;
  readonly attacked: string;
  readonly clean: string | null;
}

/** What every method cost, and how many of its runs died. */
const COSTS = ['grad. evals', 'runs', 'dead'] as const;

/** The figures that have no column of their own until they decide. */
const DECIDING_HEAD: Readonly<Partial<Record<DecidingFigure, string>>> = {
  train_loss: 'clean train loss',
  validation_robust_loss: 'adv. valid. loss',
  validation_loss: 'clean valid. loss',
  run_mean_loss: 'mean loss of run',
};

/** The columns: what decides first. */
export function methodTableHead(results: Results): string[] {
  const deciding = DECIDING_HEAD[decidingFigure(results)];
  return [
    'method',
    ...(deciding === undefined ? [] : [deciding]),
    ...figuresOf(results).map(({ title }) => title),
    ...COSTS,
  ];
}

/** Without an attack the robust figures are the clean ones, and accuracy has one column. */
function figuresOf(results: Results): (Figure & { readonly title: string })[] {
  const attacked = isAttacked(results);
  return FIGURES.flatMap((figure) => {
    const title = attacked ? figure.attacked : figure.clean;
    return title === null ? [] : [{ ...figure, title }];
  });
}

type Summary = MethodResult['summary']['train_robust_loss'];

/** The table of all methods: mean ± standard error over seeds, by the figure that decides. */
export function methodTableRows(results: Results): string[][] {
  const figure = decidingFigure(results);
  const loss = (method: MethodResult): number => figureSummary(method, figure).mean ?? Infinity;
  return [...results.methods]
    .sort((a, b) => loss(a) - loss(b))
    .map((method) => [
      methodName(method, results),
      ...(DECIDING_HEAD[figure] === undefined ? [] : [withError(figureSummary(method, figure), 4, 1)]),
      ...figuresOf(results).map(({ name, digits, scale }) => withError(method.summary[name], digits, scale)),
      Math.round(methodCost(method, results).gradEvals).toLocaleString('en-US'),
      methodCost(method, results).runs.toFixed(2),
      String(method.summary.dead),
    ]);
}

/** The same for a terminal. */
export function methodTableText(results: Results): string {
  const head = methodTableHead(results);
  const table = new Table({
    head,
    style: { head: [], border: [] },
    chars: NO_RULES,
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  table.push(...methodTableRows(results));
  return table.toString();
}

/** No lines between the rows. */
const NO_RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

export function methodName(method: MethodResult, results: Results): string {
  if (method.family === 'policy' || method.family === 'policy_hjb') return `${method.label} (pilot included)`;
  return method.id === results.best_fixed ? `${method.label} (best; whole grid charged)` : method.label;
}

/** The best fixed rate is known only after the whole grid has run. */
export function methodCost(method: MethodResult, results: Results): { gradEvals: number; runs: number } {
  const fixed = results.methods.filter((other) => other.family === 'fixed');
  const charged = method.id === results.best_fixed ? fixed : [method];
  return {
    gradEvals: charged.reduce((sum, { summary }) => sum + summary.grad_evals, 0),
    runs: charged.reduce((sum, { summary }) => sum + summary.cost_in_runs, 0),
  };
}

function withError({ mean, standard_error }: Summary, digits: number, scale: number): string {
  if (mean === null) return 'not finite';
  const center = (scale * mean).toFixed(digits);
  return standard_error === null ? center : `${center} ± ${(scale * standard_error).toFixed(digits)}`;
}
