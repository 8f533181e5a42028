import path from 'node:path';
import { readArtifact, writeFileAtomic } from '../../artifacts/files.js';
import { readTrainingLog } from '../../artifacts/log-file.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import { recordFiles } from '../../execution/digests.js';
import { exists } from '../../execution/exists.js';
import { LEDGER_FILE, readLedger } from '../../execution/ledger.js';
import { requireRecordedFile } from '../../execution/recorded-file.js';
import type { Results } from '../../artifacts/results/results.js';
import type { ProblemSolution } from '../../artifacts/solution/problem-solution.js';
import { prettyJson } from '../../formats/pretty-json.js';
import { asJson } from '../../json.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import type { Page } from '../content.js';
import { plotlySource } from '../html.js';
import { markdownReport } from '../markdown.js';
import { methodTableText } from '../method-table.js';
import { policyPage } from '../pages/policy.js';
import { solutionPage } from '../pages/solution.js';
import { studyPage } from '../pages/study.js';
import { trainingPage } from '../pages/training.js';
import { htmlReport } from '../render.js';
import { studyRecord } from '../run-record.js';
import type { ReportFormat, ReportStageOptions } from './declaration.js';
import { problemPageOf } from './problem-parts.js';
import { sdePageOf } from './sde-parts.js';
import { sourcesOf, type Source } from './sources.js';

/** A page, with what the terminal shows of it. */
interface Told {
  readonly page: Page;
  readonly lines: readonly string[];
}

/**
 * `hjb-lr report PATHS`: results, logs, policies and solutions -> report.html, report.md or report.json; the last two are printed
 * too. All training logs share one part of it.
 *
 * @throws what `sourcesOf` and reading the files throw; E_WRITE
 */
export async function reportStage({ paths, out, format = 'html', dataFolder }: ReportStageOptions) {
  const sources = await sourcesOf(paths);
  for (const source of sources) await requireRecordedFile(source.file);
  const told = await pagesOf(sources, dataFolder);
  const pages = told.map(({ page }) => page);
  const file = path.join(out, `report.${format}`);
  const text = await textOf(pages, format);
  await writeFileAtomic(file, text);
  await recordPage(out, file);
  const summary = format === 'html' ? [...told.flatMap(({ lines }) => lines), `report: ${file}`] : [text.trimEnd()];
  return { artifacts: [file], summary, result: documentOf(pages) };
}

/** In the folder of a run the page is one of its files. */
async function recordPage(out: string, file: string): Promise<void> {
  if (!(await exists(path.join(out, LEDGER_FILE)))) return;
  const { owns } = await readLedger(out);
  if (owns.includes(path.basename(file))) await recordFiles(out, [file]);
}

async function textOf(pages: readonly Page[], format: ReportFormat): Promise<string> {
  if (format === 'md') return markdownReport(pages);
  if (format === 'json') return prettyJson(documentOf(pages));
  return htmlReport(pages, await plotlySource());
}

/** The verdicts for programs, one entry for each part of the report. */
function documentOf(pages: readonly Page[]) {
  const parts = pages.map(({ kind, title, lead, verdicts }) => ({ kind, title, first_screen: asJson(lead), verdicts }));
  return { tool: TOOL, tool_version: TOOL_VERSION, reports: parts };
}

async function pagesOf(sources: readonly Source[], dataFolder: string | undefined): Promise<Told[]> {
  const logs = sources.filter(({ kind }) => kind === 'training_log');
  const policies = await Promise.all(sources.filter(({ kind }) => kind === 'policy').map(({ file }) => readArtifact('policy', file))); // prettier-ignore
  const told: Told[] = [];
  for (const source of sources) {
    if (source.kind === 'training_log') {
      if (source === logs[0]) told.push(await trainingPart(logs, policies));
    } else told.push(await partOf(source, dataFolder));
  }
  return told;
}

async function partOf({ kind, file }: Source, dataFolder: string | undefined): Promise<Told> {
  switch (kind) {
    case 'results':
      return studyPart(await readArtifact('results', file), file);
    case 'policy':
      return plain(policyPage(await readArtifact('policy', file), path.basename(file)));
    case 'sde_analysis':
      return plain(await sdePageOf(file, dataFolder ?? path.dirname(file)));
    default:
      return solutionPart(file);
  }
}

async function studyPart(results: Results, file: string): Promise<Told> {
  const page = studyPage(results, await studyRecord(results, path.dirname(file)));
  return { page, lines: [methodTableText(results), page.lead.verdict, ...results.verdict.sentences] };
}

async function solutionPart(file: string): Promise<Told> {
  const solution = await readArtifact('solution', file);
  return plain('problem' in solution ? await problemPageOf(solution as ProblemSolution, file) : solutionPage(solution));
}

/** Logs by the names of their files, or by folder and name where names are not enough. */
async function trainingPart(sources: readonly Source[], policies: readonly Policy[]): Promise<Told> {
  const bases = sources.map(({ file }) => path.basename(file, '.jsonl'));
  const isUnique = new Set(bases).size === bases.length;
  const name = (file: string, i: number): string => (isUnique ? bases[i] : path.join(path.basename(path.dirname(file)), bases[i])); // prettier-ignore
  const logs = await Promise.all(
    sources.map(async ({ file }, i) => ({
      name: name(file, i),
      log: await readTrainingLog(file, { allowPartial: true }),
    })),
  );
  return plain(trainingPage(logs, policies));
}

/** The first screen, for a terminal. */
function plain(page: Page): Told {
  const { verdict, facts, sentences } = page.lead;
  return {
    page,
    lines: [
      verdict,
      ...facts.map(({ label, text, code = [] }) => [`${label}: ${text}`, ...code].join(' ')),
      ...sentences,
    ],
  };
}
