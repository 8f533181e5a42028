import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import { HjbLrError } from '../errors.js';

/** Whether the perturbations of a model are kept between the visits of their examples. */
export function isKept({ attack }: Pick<SgdModelFile, 'attack'>): boolean {
  return attack.type !== 'none' && attack.start === 'kept';
}

/** @throws E_INVALID for kept perturbations, which make the weights alone no Markov process */
export function refuseKept({ file }: { readonly file: SgdModelFile }, what: string, remedy: string): void {
  if (!isKept(file)) return;
  throw new HjbLrError('E_INVALID', `${what} is for perturbations that restart in every update, and these are kept.`, {
    remedy,
    issues: [{ path: 'attack.start', message: 'must be "zero" here, got "kept"' }],
  });
}
