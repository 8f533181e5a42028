/** A part of a Plotly figure in the browser. */
export type Bag = Record<string, unknown>;

/** A figure as the page holds it. */
export interface PlotSpec {
  readonly id: string;
  readonly data: readonly Bag[];
  readonly layout: Bag;
  /** What replaces parts of the layout where the place is narrow. */
  readonly narrow?: Bag;
}

/** What the page knows of its figures. */
export interface PageState {
  readonly specs: ReadonlyMap<string, PlotSpec>;
  /** By figure, which traces are shown. */
  readonly shown: Map<string, boolean[]>;
  readonly drawn: Set<string>;
  /** Colours of dark pages by those of light ones, longest first. */
  readonly darkColors: readonly (readonly [light: string, dark: string])[];
  /** Width on paper in pixels while the page is printed; else null. */
  paperWidth: number | null;
}

/** The part of Plotly that pages use. */
export interface PlotlyApi {
  react(place: HTMLElement | string, data: readonly Bag[], layout: Bag, config: Bag): Promise<unknown>;
  restyle(place: HTMLElement | string, update: Bag, traces: readonly number[]): Promise<unknown>;
  relayout(place: HTMLElement | string, update: Bag): Promise<unknown>;
  toImage(figure: Bag, options: Bag): Promise<string>;
}
