import type { Policy, PolicyTable } from '../../artifacts/policy/policy.js';
import { closureNamed } from '../../closures/index.js';
import { NOTHING_OBSERVED, policySchedule, WEIGHTS_STATE } from '../../schedules/index.js';
import { baseLayout, colorAxis, COLORS, extent, flatRange, logAxis, type Figure } from '../figure.js';
import { axesOf, panelLayouts } from '../panels.js';
import { differingLevels } from './heat-maps.js';
import { evenIndices, short, stateAxis, tableOf } from './grid-points.js';

/** Updates that a picture shows. */
const POINTS = 400;

/** Controls other than the rate that have one value along the whole run. */
export function constantControls(policy: Policy): { name: string; value: number; unit: string }[] {
  return Object.entries(policy.controls).flatMap(([name, { table, unit }]) => {
    if (name === 'learning_rate' || table !== null) return [];
    const { value } = valuesAlone(policy, name);
    return flatRange(value) === null ? [] : [{ name: name.replaceAll('_', ' '), value: value[0], unit }];
  });
}

/** Every other control of a policy: over time alone, and its table over time and states where it has one. */
export function policyFigures(policy: Policy): Figure[] {
  const constant = constantControls(policy).map(({ name }) => name);
  const names = Object.keys(policy.controls).filter((name) => !constant.includes(name.replaceAll('_', ' ')));
  return names.flatMap((name) => {
    const { table } = policy.controls[name];
    return [timeFigure(policy, name), ...(table === null ? [] : [tableFigure(policy, name, table)])];
  });
}

/** The values of every control if no loss is seen: those of an open loop are all that it ever gives. */
function timeFigure(policy: Policy, name: string): Figure {
  const { unit, open_loop: loop, guards } = policy.controls[name];
  const { update, value } = valuesAlone(policy, name);
  const words = name.replaceAll('_', ' ');
  const isOpen = policy.form === 'open_loop';
  const flat = flatRange(value);
  const [low, high] = extent(value);
  const axis = words;
  const line = { color: COLORS.policy, width: 2.4, shape: 'hv' };
  return {
    id: `policy-${name}`,
    title: isOpen ? `${capital(words)} over time` : `${capital(words)} over time where no loss can be used`,
    caption: `${isOpen ? 'The value of every update, warm-up and limits included: the policy looks at nothing.' : 'The open loop that takes over where an observation is missing or outside the support, warm-up and limits included; with losses the table below decides.'} The limits are ${short(guards.min)} to ${short(guards.max)}, in ${unit}.${flat === null ? '' : ` It is constant: ${short((flat[0] + flat[1]) / 2)}.`}`,
    data: [{ type: 'scatter', mode: 'lines', name: words, x: update, y: value, line, hovertemplate: 'update %{x}: %{y:.5g}<extra></extra>' }], // prettier-ignore
    layout: baseLayout('updates', axis, {
      yaxis: flat !== null ? { title: { text: axis, standoff: 8 }, range: flat } : low > 0 && high > 4 * low ? logAxis(axis, value) : { title: { text: axis, standoff: 8 }, zeroline: false }, // prettier-ignore
    }),
    table: tableOf(
      ['update', words],
      loop.updates.length <= 21
        ? loop.updates.map((at, i) => [at, loop.values[i]])
        : update.map((at, i) => [at, value[i]]),
    ),
  };
}

/** As the policy gives them to a run of its own length without observations; of a policy over weights its open loop. */
function valuesAlone(policy: Policy, name: string): { update: number[]; value: number[] } {
  const { open_loop: loop } = policy.controls[name];
  if (policy.requires.includes(WEIGHTS_STATE)) return { update: [...loop.updates], value: [...loop.values] };
  const updates = policy.time.horizon;
  const schedule = policySchedule(policy, { updates });
  const stride = Math.max(1, Math.ceil(updates / POINTS));
  const shown = { update: [] as number[], value: [] as number[] };
  if (policy.form !== 'open_loop') return { update: [...loop.updates], value: [...loop.values] };
  let state = schedule.init();
  for (let k = 0; k < updates; k += 1) {
    const decided = schedule.decide(state, NOTHING_OBSERVED);
    state = decided.state;
    if (k % stride !== 0 && k !== updates - 1) continue;
    shown.update.push(k);
    shown.value.push(decided.controls[name]!);
  }
  return shown;
}

/** A table over time and one state as one map, over more states as maps at times where they differ. */
function tableFigure(policy: Policy, name: string, table: PolicyTable): Figure {
  const values = table.value_scale === 'log' ? table.values.map(Math.exp) : table.values;
  const [time, ...states] = table.axes;
  const size = values.length / time.grid.length;
  const levels = time.grid.map((_, level) => values.slice(level * size, (level + 1) * size));
  const words = name.replaceAll('_', ' ');
  const named = states.map((axis) => ({ ...axis, name: stateWords(policy, axis.name) }));
  const flat = flatRange(values);
  const text = {
    id: `policy-${name}-table`,
    title: `${capital(words)} by time and state`,
    caption: `What the policy gives where its filter believes these states, before warm-up and ratio limits.${flat === null ? '' : ` It is the same everywhere: ${short((flat[0] + flat[1]) / 2)}.`}`,
  };
  if (named.length <= 1) {
    const [state] = named;
    const rows = evenIndices(state.grid.length);
    const z = rows.map((i) => levels.map((level) => level[i]));
    const map = { type: 'heatmap', x: time.grid, y: rows.map((i) => state.grid[i]), z, coloraxis: 'coloraxis', ...axesOf(0), hovertemplate: `update %{x:.4g}, ${state.name} %{y:.3g}: %{z:.4g}<extra></extra>` }; // prettier-ignore
    const middle = rows[rows.length >> 1];
    return {
      ...text,
      data: [map],
      ...panelLayouts([{ title: '', x: { title: { text: 'updates', standoff: 8 } }, y: stateAxis(state), colors: colorAxis(words, values) }], 340), // prettier-ignore
      table: tableOf(
        ['update', state.name, words],
        levels.map((level, k) => [time.grid[k], state.grid[middle], level[middle]]),
      ),
    };
  }
  const [first, second, ...others] = named;
  const depth = others.reduce((nodes, { grid }) => nodes * grid.length, 1);
  const at = (level: number, i: number, j: number): number =>
    levels[level][(i * second.grid.length + j) * depth + (depth >> 1)];
  const chosen = differingLevels({ times: [...time.grid] }, levels);
  const maps = chosen.map((level, n) => ({
    ...{ type: 'heatmap', meta: `update ${Math.round(time.grid[level])}`, x: first.grid, y: second.grid },
    z: second.grid.map((_, j) => first.grid.map((__, i) => at(level, i, j))),
    ...{ coloraxis: 'coloraxis', ...axesOf(n) },
    hovertemplate: `${first.name} %{x:.3g}, ${second.name} %{y:.3g}: %{z:.4g}<extra></extra>`,
  }));
  const panels = chosen.map((level, n) => ({
    title: `update ${Math.round(time.grid[level])}`,
    x: stateAxis(first),
    y: stateAxis(second, n === 0 ? second.name : ''),
    colors: n === 0 ? colorAxis(words, values) : null,
  }));
  const few = [0.25, 0.5, 0.75];
  const node = ({ grid }: { grid: readonly number[] }, share: number): number => Math.round(share * (grid.length - 1));
  return {
    ...text,
    data: maps,
    ...panelLayouts(panels),
    table: tableOf(
      ['update', first.name, second.name, words],
      chosen.flatMap((level) => few.flatMap((a) => few.map((b) => [time.grid[level], first.grid[node(first, a)], second.grid[node(second, b)], at(level, node(first, a), node(second, b))]))), // prettier-ignore
    ),
  };
}

/** What the closure calls its state. */
function stateWords({ filter }: Policy, name: string): string {
  if (filter === null || filter.kind === 'weights') return name;
  return closureNamed(filter.kind).axes[name]?.words ?? name;
}

function capital(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
