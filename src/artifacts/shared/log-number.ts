import { z } from 'zod';
import { finite } from './common.js';

/** Non-finite numbers are the strings "nan", "inf" and "-inf", in training logs alone. */
export const logNumber = z.union([finite, z.enum(['nan', 'inf', '-inf'])]);
export type LogNumber = z.output<typeof logNumber>;
