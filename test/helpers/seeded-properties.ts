import fc from 'fast-check';

/**
 * Property tests draw the same cases every time, so that a commit passes or fails for what it changes.
 * FAST_CHECK_SEED=n draws others.
 */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20261130) });
