import type { FaceKind } from '../grid/face-kind.js';
import type { Scheme } from './schemes.js';
import type { FORM } from './monotone-scheme.js';
import { form, type PointForms } from './monotone-scheme.js';

/** What the forms depend on beside the place of a node. */
export interface FormOptions {
  readonly scheme: Scheme;
  /** Whether there is a level before, whose slope at a `linear` face can be taken. */
  readonly marches: boolean;
}

type Forms = PointForms['forms'];

const NONE = form({});
const NEVER = { upReach: Infinity, downReach: Infinity };

/**
 * The forms of a node on a face, whose only neighbour is at the distance h; drift inwards and outwards apart.
 *   dirichlet    the row says the value: none.
 *   linear       V_z = (V+ - V) / straight, V_zz = 0; outwards a slope that is known (march/outflow.ts).
 *   slope        V_z given: V_zz / 2 = (V+ - V) / h^2 - slope / h.
 *   natural      the equation itself, which never looks outwards: V_z = (V+ - V) / h - h m / 2.
 *   reflecting   V_z = 0: V_zz / 2 = (V+ - V) / h^2. Drift inwards counts, of the accurate scheme only where it outweighs
 *                the diffusion, h |drift| > variance.
 *
 * @param side - 1 at the lower face, whose neighbour is above; -1 at the upper one, where V+ and the signs are mirrored
 * @param straight - the distance in the state itself (`straightDistance`)
 */
export function faceForms(
  kind: Exclude<FaceKind, 'inner'>,
  side: 1 | -1,
  h: number,
  straight: number,
  { scheme, marches }: FormOptions,
): PointForms {
  switch (kind) {
    case 'dirichlet':
      return { forms: [NONE, NONE, NONE], ...NEVER };
    case 'linear':
      return { forms: linearForms(side, straight, marches), ...NEVER };
    case 'slope': {
      const given = form({ ...toNeighbour(side, 0, 1 / (h * h)), firstSlope: 1, secondSlope: -side / h });
      return { forms: [given, given, given], ...NEVER };
    }
    case 'natural': {
      const firstLimited = scheme === 'accurate' ? (-side * h) / 2 : 0;
      const inward = form({ ...toNeighbour(side, 1 / h, 0), firstLimited });
      return { forms: facing(side, inward, NONE, NONE), ...NEVER };
    }
    case 'reflecting':
      return reflectingForms(side, h, scheme);
  }
}

/** Implicit, the weight of outward drift would be negative and the diagonal could vanish. */
function linearForms(side: 1 | -1, straight: number, marches: boolean): Forms {
  const inward = form(toNeighbour(side, 1 / straight, 0));
  const outward = marches ? form({ firstSlope: 1 }) : inward;
  return facing(side, inward, outward, inward);
}

function reflectingForms(side: 1 | -1, h: number, scheme: Scheme): PointForms {
  const still = form(toNeighbour(side, 0, 1 / (h * h)));
  if (scheme === 'monotone') {
    return { forms: facing(side, form(toNeighbour(side, 1 / h, 1 / (h * h))), still, still), ...NEVER };
  }
  const carried = form(toNeighbour(side, 1 / h, 0));
  return { forms: facing(side, carried, still, still), upReach: h, downReach: h };
}

/** V_z and V_zz / 2 by the difference to the only neighbour. */
function toNeighbour(side: 1 | -1, first: number, second: number): Partial<Record<keyof typeof FORM, number>> {
  return side === 1 ? { firstHigh: first, secondHigh: second } : { firstLow: -first, secondLow: second };
}

/** At the lower face upwards is inwards, at the upper one downwards. */
function facing(side: 1 | -1, inward: Float64Array, outward: Float64Array, central: Float64Array): Forms {
  return side === 1 ? [central, inward, outward] : [central, outward, inward];
}
