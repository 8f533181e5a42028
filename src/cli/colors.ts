import picocolors from 'picocolors';

/** Colors of what goes to standard error: on a terminal, unless NO_COLOR or --no-color asks for none. */
export const colors = picocolors.createColors(
  process.stderr.isTTY === true &&
    process.env.TERM !== 'dumb' &&
    (process.env.NO_COLOR ?? '') === '' &&
    !process.argv.includes('--no-color'),
);
