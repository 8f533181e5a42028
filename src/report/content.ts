import type { Figure } from './figure.js';
import type { Json } from '../json.js';
import type { TableData } from './shell/table.js';

/** One thing that the first screen says, under a word or two. */
export interface Fact {
  readonly label: string;
  readonly text: string;
  /** Files and commands, as they are typed. */
  readonly code?: readonly string[];
}

/** What a reader sees without scrolling: what to use or to conclude, how sure it is, what it costs. */
export interface Lead {
  readonly verdict: string;
  /** Whether the verdict is good news, a warning, or neither. */
  readonly tone: 'good' | 'warning' | 'plain';
  readonly facts: readonly Fact[];
  readonly sentences: readonly string[];
}

/** Words and tables without a picture. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly caption?: string;
  readonly table?: TableData;
  readonly items?: readonly string[];
  /** Names and values, such as those of the provenance. */
  readonly facts?: readonly { readonly name: string; readonly value: string; readonly isHost?: boolean }[];
  /** Text that is shown as it is, folded away under a line of its own. */
  readonly source?: { readonly summary: string; readonly text: string };
}

/** What a page says of one thing, before it becomes HTML, Markdown or JSON. */
export interface Page {
  readonly kind: 'study' | 'policy' | 'training' | 'problem' | 'solution' | 'sde';
  readonly title: string;
  /** What the page is of, in two or three words. */
  readonly subject: string;
  readonly lead: Lead;
  readonly sections: readonly (Section | Figure)[];
  /** Verdicts and numbers, for programs. */
  readonly verdicts: Json;
}

export function isFigure(section: Section | Figure): section is Figure {
  return 'data' in section;
}
