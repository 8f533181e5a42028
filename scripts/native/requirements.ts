import { HjbLrError, type Issue } from '../../src/errors.js';
import type { MachineFacts } from './facts.js';
import { TENSORFLOW } from './versions.js';

/** Bytes needed at most: the packages of npm, the wheel, its libraries and headers; and pip's own copy of the wheel. */
const SPACE = { modules: 1.5e9, temporary: 0.3e9 };

const NETWORK_REMEDY = 'check the network, the proxy and the registry that';

/**
 * Everything that is missing, each with its remedy.
 * @throws E_ENGINE with all of it, if anything is
 */
export function requireEverything(facts: MachineFacts): void {
  const issues = missing(facts);
  if (issues.length === 0) return;
  throw new HjbLrError('E_ENGINE', 'The native engine cannot be built here. What is missing:', {
    remedy: 'Put these right and run npm run native again. The other engines run without it.',
    issues,
  });
}

/** What a machine lacks, in the order in which it is used. */
export function missing(facts: MachineFacts): Issue[] {
  const { platform, arch, glibc, avx, python, pip, compiler, standard, make, free, refusals } = facts;
  const issues: Issue[] = [];
  const lacks = (path: string, is: boolean, message: string): void => void (is && issues.push({ path, message }));
  lacks('machine', platform !== 'linux' || arch !== 'x64', `Linux on x64; this is ${platform} on ${arch}`);
  lacks('C library', !isRecent(glibc), `glibc ${TENSORFLOW.glibc} or newer; this is ${glibc ?? 'another C library'}`);
  lacks('processor', !avx, 'AVX instructions, which TensorFlow is compiled for: another machine');
  lacks('python3', !python, 'Python 3: install python3');
  lacks('pip', pip === null, 'pip: install python3-pip, or run python3 -m ensurepip --user');
  lacks('compiler', !compiler, `a C++ compiler that knows -std=${standard}: install g++, or set CXX`);
  lacks('make', !make, 'make: install make');
  lacks('disk', free.modules < SPACE.modules, spaceMessage('for node_modules', free.modules, SPACE.modules));
  lacks(
    'disk',
    free.temporary < SPACE.temporary,
    spaceMessage('for temporary files (TMPDIR)', free.temporary, SPACE.temporary),
  );
  lacks(
    'npm',
    refusals.tfjsNode !== null,
    `tfjs-node from the registry (${refusals.tfjsNode}): ${NETWORK_REMEDY} npm uses`,
  );
  lacks(
    'headers',
    refusals.headers !== null,
    `Node's headers, which are not beside ${process.execPath}, from the registry (${refusals.headers}): install them, or ${NETWORK_REMEDY} npm uses`,
  );
  lacks(
    'tensorflow',
    refusals.wheel !== null,
    `${TENSORFLOW.requirement} from the index (${refusals.wheel}): ${NETWORK_REMEDY} pip uses`,
  );
  return issues;
}

function spaceMessage(what: string, free: number, needed: number): string {
  return `${(needed / 1e9).toFixed(1)} GB ${what}; ${(free / 1e9).toFixed(1)} GB are free`;
}

function isRecent(glibc: string | null): boolean {
  if (glibc === null) return false;
  const [major, minor] = glibc.split('.').map(Number);
  const [leastMajor, leastMinor] = TENSORFLOW.glibc.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
