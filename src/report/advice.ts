import { figureSummary, type MethodResult, type Results } from '../artifacts/results/results.js';
import { FEWEST_SEEDS } from '../statistics/significance.js';
import type { Fact, Lead } from './content.js';
import { counted } from './figure.js';
import { methodCost } from './method-table.js';
import { changeWords, decidingFigure, pairedDifference, percent, type PairedDifference } from './paired.js';

/** The method that a study is about: the recommended one where it ran, else the guarded policy. */
export function leadMethod({ methods }: Results): MethodResult {
  return methods.find(({ family }) => family === 'recommended') ?? methods.find(({ family }) => family === 'policy')!;
}

/** What the reader would otherwise do: tune a constant rate on a grid. */
function bestFixed({ methods, best_fixed }: Results): MethodResult {
  return methods.find(({ id }) => id === best_fixed)!;
}

/** Whether the interval of a difference lies on one side of 0, on seeds enough, and the difference is one that counts. */
function isShown({ mean, interval }: PairedDifference, results: Results): boolean {
  const smallest = results.experiment.benchmark?.smallest_difference ?? 0;
  const isApart = interval !== null && interval[0] * interval[1] > 0;
  return leadMethod(results).runs.length >= FEWEST_SEEDS && isApart && Math.abs(mean) >= smallest;
}

/**
 * The first screen of a study: what to use and its file, what it gains over the best constant rate, how sure that is, and what
 * it costs.
 */
export function studyLead(results: Results): Lead {
  const lead = leadMethod(results);
  const fixed = bestFixed(results);
  const paired = pairedDifference(lead, fixed, decidingFigure(results));
  const better = betterThan(lead, results);
  return {
    verdict: verdictOf(lead, fixed, paired, results),
    tone: paired !== null && paired.mean < 0 && isShown(paired, results) ? 'good' : 'warning',
    facts: [useFact(lead, results), gainFact(lead, fixed, paired, results), sureFact(paired, better, results), costFact(lead, fixed, results)], // prettier-ignore
    sentences: [],
  };
}

function verdictOf(lead: MethodResult, fixed: MethodResult, paired: PairedDifference | null, results: Results): string {
  const words = wordsOf(results);
  if (paired === null)
    return `${lead.label} cannot be compared with ${fixedWords(fixed)}: a run has no finite ${words}.`;
  const seeds = lead.runs.length;
  const change = `${changeWords(paired.mean)} than that of ${fixedWords(fixed)}`;
  if (isShown(paired, results)) {
    const how = paired.mean < 0 ? `Use ${lead.label}` : `Do not use ${lead.label} here`;
    return `${how}: its ${words} is ${change}, over ${counted(seeds, 'seed')}.`;
  }
  const apart = paired.interval !== null && paired.interval[0] * paired.interval[1] > 0;
  if (seeds < FEWEST_SEEDS && apart && paired.mean < 0) {
    return `Use ${lead.label}, as far as ${counted(seeds, 'seed')} can tell: its ${words} is ${change}. A verdict needs ${FEWEST_SEEDS} seeds.`;
  }
  const why = seeds < FEWEST_SEEDS ? `a verdict needs ${FEWEST_SEEDS} seeds, and there ${seeds === 1 ? 'is 1' : `are ${seeds}`}` : 'that is less than counts here, or than the spread of the seeds lets one tell from chance'; // prettier-ignore
  return `${lead.label} is not shown to differ from ${fixedWords(fixed)}: its ${words} is ${change}, but ${why}.`;
}

function wordsOf({ decided_by }: Results): string {
  return decided_by?.words ?? 'final adversarial training loss';
}

function fixedWords({ rate }: MethodResult): string {
  return `the best fixed rate ${rate}`;
}

/** Files are those of each seed: a policy is made from its own seed's readings. */
function useFact(lead: MethodResult, { seeds }: Results): Fact {
  const isRecommended = lead.family === 'recommended';
  const paths = seeds.flatMap(({ recommended, policy_path }) => {
    const place = isRecommended ? recommended?.policy_path : policy_path;
    return place === undefined ? [] : [place];
  });
  const how = isRecommended ? 'hjb-lr train EXPERIMENT --schedule recommended --out DIR' : 'hjb-lr train EXPERIMENT --policy FILE --out DIR'; // prettier-ignore
  const more = paths.length > 1 ? ` Its files, one for each of ${seeds.length} seeds: the first is` : ' Its file:';
  return { label: 'Use', text: `${lead.label}.${paths.length === 0 ? '' : more}`, code: [...paths.slice(0, 1), how] };
}

function gainFact(lead: MethodResult, fixed: MethodResult, paired: PairedDifference | null, results: Results): Fact {
  if (paired === null) return { label: 'It gains', text: 'Not known: a run has no finite loss.' };
  const figure = decidingFigure(results);
  const loss = (method: MethodResult): string => figureSummary(method, figure).mean?.toFixed(4) ?? 'not finite';
  const text = `${capital(wordsOf(results))} ${loss(lead)} against ${loss(fixed)} of ${fixedWords(fixed)}: ${changeWords(paired.mean)}.`;
  const accuracy = `${tunedWords(lead, results)}${accuracyWords(lead, fixed)}`;
  return { label: paired.mean < 0 ? 'It gains' : 'It loses', text: `${text}${accuracy}` };
}

/** Families that are tuned or need no pilot. */
const BASELINES: readonly MethodResult['family'][] = ['fixed', 'fixed_clipped', 'decay', 'schedule_free'];

/** The best of the other baselines, where it is better than the best fixed rate. */
function tunedWords(lead: MethodResult, results: Results): string {
  const figure = decidingFigure(results);
  const mean = (method: MethodResult): number => figureSummary(method, figure).mean ?? Infinity;
  const best = results.methods
    .filter(({ family }) => BASELINES.includes(family))
    .reduce((a, b) => (mean(b) < mean(a) ? b : a));
  const paired = best.family === 'fixed' ? null : pairedDifference(lead, best, figure);
  if (paired === null) return '';
  return ` ${capital(changeWords(paired.mean))} than the best other baseline, ${best.label} (${methodCost(best, results).runs.toFixed(2)} runs).`;
}

function accuracyWords(lead: MethodResult, fixed: MethodResult): string {
  const [own, its] = [lead.summary.test_robust_acc.mean, fixed.summary.test_robust_acc.mean];
  if (own === null || its === null) return '';
  return ` Robust test accuracy ${(100 * own).toFixed(1)} % against ${(100 * its).toFixed(1)} %.`;
}

function sureFact(paired: PairedDifference | null, better: readonly MethodResult[], results: Results): Fact {
  const seeds = leadMethod(results).runs.length;
  const interval = paired?.interval ?? null;
  const range = interval === null ? 'One seed has no interval.' : `The 95 % interval of the difference is ${percent(interval[0])} to ${percent(interval[1])} over ${counted(seeds, 'seed')} (paired t, this one comparison).`; // prettier-ignore
  const few = seeds < FEWEST_SEEDS ? ` A verdict needs ${FEWEST_SEEDS} seeds.` : '';
  const dead = leadMethod(results).summary.dead;
  const died = dead === 0 ? '' : ` ${counted(dead, 'run')} of it died.`;
  return { label: 'How sure', text: `${range}${few}${died}${rivalWords(better, results)}` };
}

/** Methods with a lower loss, told whether or not it is shown. */
function rivalWords(better: readonly MethodResult[], results: Results): string {
  if (better.length === 0) return ' No method of the study has a lower mean.';
  const [best] = better;
  const paired = pairedDifference(leadMethod(results), best, decidingFigure(results))!;
  const shown = isShown(paired, results) ? '' : ', which is not shown to be more than chance';
  const cost = methodCost(best, results).runs.toFixed(2);
  return ` ${counted(better.length, 'method')} ${better.length === 1 ? 'has' : 'have'} a lower mean, the lowest ${best.label} by ${percent(Math.abs(paired.mean))} at ${cost} runs${shown}.`;
}

/** Methods whose mean is below that of the lead, the lowest first. */
function betterThan(lead: MethodResult, results: Results): MethodResult[] {
  const figure = decidingFigure(results);
  const mean = (method: MethodResult): number => figureSummary(method, figure).mean ?? Infinity;
  return results.methods.filter((method) => mean(method) < mean(lead)).sort((a, b) => mean(a) - mean(b));
}

function costFact(lead: MethodResult, fixed: MethodResult, results: Results): Fact {
  const [own, its] = [methodCost(lead, results), methodCost(fixed, results)];
  const spent = `${own.runs.toFixed(2)} runs in gradient evaluations (${Math.round(own.gradEvals).toLocaleString('en-US')}), everything before the run included`;
  return {
    label: 'It costs',
    text: `${spent}, against ${its.runs.toFixed(2)} runs of the grid that finds ${fixedWords(fixed)}.`,
  };
}

function capital(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
