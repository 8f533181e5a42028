import { lossNamed } from '../losses/index.js';

/** The part of a description that names the loss that an attack raises; empty where it is the training loss. */
export function raisedLoss({ loss }: { readonly loss?: string | undefined }): string {
  return loss === undefined ? '' : `, ${lossNamed(loss).words} loss`;
}
