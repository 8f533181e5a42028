import Table from 'cli-table3';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';

type Mean = SdeControl['real_less_value'];

const NAMES: Readonly<Record<SdeControl['methods'][number]['name'], string>> = {
  policy: 'HJB policy',
  constant: 'best constant rate',
  decay: 'best scale / (n + shift)',
  held_attack: 'best constant learning rate, the attack as it is',
};

/** Methods as a table: a row each. */
export function controlTable({ methods, mean_rates: ofBoth }: SdeControl): { head: string[]; rows: string[][] } {
  return {
    head: ['rate', 'mean cost', 'adversarial loss at the end', 'its excess over the least', 'chosen'],
    rows: methods.map(({ name, cost, final_loss: loss, excess_loss: excess, parameters, tried, diverged }) => [
      `${nameOf(name, ofBoth !== undefined)}${diverged === 0 ? '' : `, ${diverged} runs diverged`}`,
      withError(cost),
      withError(loss),
      withError(excess),
      tried === 0 ? '' : `${parameterText(parameters)}, of ${tried} tried`,
    ]),
  };
}

/** What was found, a sentence each; the comparison with the best constant rate comes first. */
export function controlSentences(control: SdeControl): string[] {
  const { solver, comparisons, loss_min: least, runs, updates, order } = control;
  const ofBoth = control.mean_rates !== undefined;
  return [
    ...comparisons.map(({ against, cost_difference: cost, excess_ratio: excess, loss_ratio: loss }) => {
      const verdict = `the policy costs ${withError(cost)} less than the ${nameOf(against, ofBoth)}`;
      return `${verdict}; that rate leaves ${withError(excess)} times the policy's excess adversarial loss, and ${percent(loss)} more of the adversarial loss itself`;
    }),
    `V(0, start) = ${short(solver.value)} ± ${solver.error === null ? 'unknown' : short(solver.error)} by the HJB equation of order ${order} (${solver.status}); the real runs cost ${withError(control.real_less_value)} more: the weak error of the SDE at this eta, and the solver's error`,
    `${runs} runs of ${updates} updates for each rate, on the same samples; schedules were searched on others; least adversarial loss on the domain ${short(least)}; the loss of a run's end is right to ${control.loss_error.toExponential(1)}`,
    ...(Object.keys(control.minimizer).length === 1 ? [ONE_WEIGHT] : []),
    ...(ofBoth ? [BOTH_RATES] : []),
    ...solver.warnings.map((warning) => `warning: ${warning}`),
  ];
}

const BOTH_RATES =
  'One control problem of both rates, in two states: the weight and the mean kept perturbation. The loss is the strong adversarial loss, of the attack carried on to its rest, whatever training sees. No policy file is written; mean_rates has both rates of each update, averaged over the runs of the policy.';

/** With kept perturbations both rates are constant. */
function nameOf(method: SdeControl['methods'][number]['name'], ofBoth: boolean): string {
  return ofBoth && method === 'constant' ? 'best constants of both rates' : NAMES[method];
}

const ONE_WEIGHT =
  'The policy sees the weights exactly: with one weight it can wait until noise has carried it to the minimum and stop there, which no policy that sees a noisy loss can.';

/** For a terminal. */
export function controlText(control: SdeControl): string[] {
  const { head, rows } = controlTable(control);
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  return [table.toString(), ...controlSentences(control)];
}

function withError({ mean, standard_error: error }: Mean): string {
  return mean === null || error === null ? 'not finite' : `${short(mean)} ± ${Number(error.toPrecision(2))}`;
}

function percent({ mean, standard_error: error }: Mean): string {
  return withError({
    mean: mean === null ? null : 100 * (mean - 1),
    standard_error: error === null ? null : 100 * error,
  }).concat(' %');
}

function parameterText(parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ');
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
