import { afterEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { machineFacts } from '../../../scripts/native/facts.js';
import { headersBesideNode } from '../../../scripts/native/headers.js';
import { temporaryFolder } from '../../helpers/temporary-folder.js';

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

describe('what is found on a machine', () => {
  test('nothing where the path is empty', async () => {
    const folder = await temporaryFolder();
    process.env['PATH'] = folder;
    delete process.env['CXX'];
    delete process.env['npm_execpath'];
    const facts = await machineFacts(folder);
    expect(facts).toMatchObject({ python: false, pip: null, compiler: false, make: false });
    expect(facts.refusals).toMatchObject({ tfjsNode: expect.stringContaining('ENOENT'), wheel: null });
    expect(facts.free.modules).toBeGreaterThan(0);
  });

  test('the programs that are on the path, the compiler that CXX names, and what npm and pip refuse', async () => {
    const folder = await temporaryFolder();
    await program(folder, 'python3', 'case "$*" in *index*) echo "ERROR: no route" >&2; exit 1;; esac');
    await program(folder, 'make', 'exit 0');
    await program(folder, 'my-compiler', 'exit 0');
    await program(folder, 'npm', 'echo "npm error code E404\nnpm error 404 No match found" >&2; exit 1');
    process.env['PATH'] = folder;
    process.env['CXX'] = 'my-compiler --wrapped';
    delete process.env['npm_execpath'];
    const facts = await machineFacts(folder);
    expect(facts).toMatchObject({ python: true, pip: ['python3', '-m', 'pip'], compiler: true, make: true });
    expect(facts.refusals).toMatchObject({ tfjsNode: 'No match found', wheel: 'no route' });
  });

  test("headers count where they are beside Node and of Node's version", async () => {
    const prefix = await temporaryFolder();
    const executable = path.join(prefix, 'bin', 'node');
    expect(await headersBesideNode(executable)).toBeNull();
    const [major, minor, patch] = process.versions.node.split('.');
    await mkdir(path.join(prefix, 'include', 'node'), { recursive: true });
    const write = (last: string): Promise<void> =>
      writeFile(
        path.join(prefix, 'include', 'node', 'node_version.h'),
        `#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION ${minor}\n#define NODE_PATCH_VERSION ${last}\n`,
      );
    await write(patch);
    expect(await headersBesideNode(executable)).toBe(prefix);
    await write(`${patch}1`);
    expect(await headersBesideNode(executable)).toBeNull();
  });
});

async function program(folder: string, name: string, body: string): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}
