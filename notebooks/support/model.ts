import { parseArtifact } from '../../dist/src/artifacts/files.js';
import type { SgdModelInput } from '../../dist/src/artifacts/sgd-model/sgd-model.js';
import { compileSgdModel, type SgdModel } from '../../dist/src/sde/index.js';

/**
 * The compiled model of the fields of a model file, as `hjb-lr sde` reads it.
 * @throws E_INVALID with every field at fault, and what `compileSgdModel` throws
 */
export function sgdModel(fields: Omit<SgdModelInput, 'kind' | 'schema_version'>): Promise<SgdModel> {
  const file = { kind: 'sgd_model', schema_version: '1.0.0', ...fields };
  return compileSgdModel(parseArtifact('sgd_model', file, 'the model of this cell'));
}
