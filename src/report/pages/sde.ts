import type { SdeAnalysis, SdeResult } from '../../artifacts/sde-analysis/sde-analysis.js';
import { asJson } from '../../json.js';
import { controlSentences, controlTable } from '../../sde/control/text.js';
import type { SgdModel } from '../../sde/index.js';
import { coefficientTable, sdeSentences, studySentences } from '../../sde/text.js';
import type { Fact, Lead, Page, Section } from '../content.js';
import type { Figure } from '../figure.js';

type Analysed = Pick<SdeAnalysis, 'result' | 'provenance'> & { readonly model: SgdModel };

/** Coefficients and fields of the SDE of a model, and what each study found. */
export function sdePage({ model, result, provenance }: Analysed, figures: readonly Figure[]): Page {
  const [verdict, ...sentences] = sdeSentences(result);
  return {
    kind: 'sde',
    title: model.file.name,
    subject: 'SDE of adversarial SGD',
    lead: leadOf(result, verdict, model),
    sections: [
      ...coefficientSection(result),
      ...controlSections(result),
      ...withoutRepeats(figures, studySentences(result)),
      {
        id: 'how',
        title: 'How the numbers were found',
        items: sentences.filter((one) => !one.startsWith('warning: ')),
      },
      {
        id: 'provenance',
        title: 'Provenance',
        caption: 'To reproduce: write the model below to a file, and give it to `hjb-lr sde FILE --out DIR --html` with the same seed.', // prettier-ignore
        facts: [
          { name: 'tool', value: `${provenance.tool} ${provenance.tool_version}` },
          { name: 'seed', value: String(result.seed) },
          { name: 'studies', value: studiesIn(result).join(', ') || 'none' },
          { name: 'eta, batch size', value: `${model.eta}, ${model.batchSize}` },
        ],
        source: { summary: 'the model, every default filled in', text: JSON.stringify(model.file, null, 1) },
      },
    ],
    verdicts: asJson({ effective_loss: result.effective_loss, sentences: studySentences(result), warnings: result.warnings, control: result.control ?? null }), // prettier-ignore
  };
}

function studiesIn({ weak_order, simulation, long_run, robustness, control, kept }: SdeResult): string[] {
  const there = { kept, weak_order, simulation, long_run, robustness, control };
  return Object.entries(there).flatMap(([name, study]) => (study === undefined ? [] : [name.replaceAll('_', ' ')]));
}

function leadOf(result: SdeResult, verdict: string, model: SgdModel): Lead {
  const isKept = result.kept !== undefined;
  const what = isKept
    ? 'Adversarial SGD with kept perturbations, as an SDE of weights and perturbations together'
    : 'Coefficients of dX = b dt + √η u S^(1/2) dW, the SDE of adversarial SGD';
  return {
    verdict: capital(verdict),
    tone: 'plain',
    facts: [
      { label: 'What this is', text: `${what}, at the rate η u, η = ${model.eta}, batch size ${model.batchSize}. The model is this file's own, not an example of Gu and Guo (2021).` }, // prettier-ignore
      sureFact(result),
      costFact(result),
    ],
    sentences: [...studySentences(result), ...result.warnings.map((warning) => `Warning: ${warning}`)],
  };
}

const METHODS: Readonly<Record<SdeResult['points'][number]['method'], string>> = {
  exact: 'Expectations are exact sums over the data.',
  quadrature: 'Expectations are by Gauss quadrature; each ± is the change to the next lower rule.',
  monte_carlo: 'Expectations are by Monte Carlo; each ± is a standard error.',
};

function sureFact({ points, kept }: SdeResult): Fact {
  const methods = [...new Set(points.map(({ method }) => METHODS[method]))];
  const text =
    kept === undefined
      ? methods.join(' ') || 'The file asks for no point.'
      : 'The flows are integrated without sampling.';
  return { label: 'How sure', text };
}

function costFact(result: SdeResult): Fact {
  const { simulation, weak_order: weak, control } = result;
  const runs = [
    ...(simulation === undefined
      ? []
      : [`${simulation.runs} real runs and ${simulation.paths} paths of each SDE for the simulation`]),
    ...(weak === undefined || weak.method === 'deterministic'
      ? []
      : [`${weak.runs} real runs for each eta of the weak order`]),
    ...(control === undefined
      ? []
      : [`${control.runs} real runs of ${control.updates} updates for each rate of the control`]),
  ];
  return { label: 'It cost', text: runs.length === 0 ? 'Nothing was simulated.' : `${runs.join('; ')}.` };
}

function coefficientSection(result: SdeResult): Section[] {
  const { head, rows } = coefficientTable(result);
  if (rows.length === 0 || result.points.length === 0) return [];
  return [{ id: 'coefficients', title: 'Coefficients', table: { head: ['coefficient', ...head.slice(1)], rows } }];
}

/** The first screen has the sentences of the studies: a caption does not say them again. */
function withoutRepeats(figures: readonly Figure[], sentences: readonly string[]): Figure[] {
  const cut = (caption: string): string => sentences.reduce((text, sentence) => text.replace(sentence, ''), caption).replace(/ {2,}/g, ' ').trim(); // prettier-ignore
  return figures.map((figure) => ({ ...figure, caption: cut(figure.caption) }));
}

/** The control's comparison, where it was asked for. */
function controlSections({ control }: SdeResult): Section[] {
  if (control === undefined) return [];
  const { head, rows } = controlTable(control);
  return [
    {
      id: 'control',
      title: 'The optimal rate in real runs',
      table: { head, rows },
      items: controlSentences(control).map(capital),
    },
  ];
}

function capital(text: string): string {
  return text === '' ? text : `${text[0].toUpperCase()}${text.slice(1)}`;
}
