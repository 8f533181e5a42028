import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HjbLrError } from '../../src/errors.js';
import { command } from './command.js';
import { notebookSchema, type Notebook } from './notebook.js';
import type { Tools } from './tools.js';

const KERNEL = 'hjb-lr-deno';

export interface ExecuteOptions {
  readonly tools: Tools;
  /** A folder of this execution alone. */
  readonly workFolder: string;
  readonly isSmall: boolean;
  readonly signal: AbortSignal;
}

/**
 * Executes a notebook from its first cell to its last in a new kernel of Deno, its own folder as the working folder.
 *
 * @returns the notebook with its outputs; the file stays as it is
 * @throws E_CHECK_FAILED with the cell that threw and what it threw
 */
export async function execute(file: string, options: ExecuteOptions): Promise<Notebook> {
  const { tools, workFolder, signal } = options;
  await writeKernel(workFolder, tools.deno);
  const output = path.join(workFolder, 'executed.ipynb');
  const to = ['--to', 'notebook', '--execute', `--ExecutePreprocessor.kernel_name=${KERNEL}`, '--output', output, file];
  const { code, text } = await command([...tools.nbconvert, ...to], { env: environment(options), signal });
  signal.throwIfAborted();
  if (code !== 0) throw failed(file, text);
  return notebookSchema.parse(JSON.parse(await readFile(output, 'utf8')));
}

/** Nothing of Jupyter or Deno is read or left outside the work folder. */
function environment({ workFolder, isSmall }: ExecuteOptions): Record<string, string> {
  return {
    JUPYTER_PATH: workFolder,
    JUPYTER_RUNTIME_DIR: path.join(workFolder, 'runtime'),
    JUPYTER_CONFIG_DIR: path.join(workFolder, 'configuration'),
    DENO_DIR: path.join(workFolder, 'deno'),
    DENO_NO_UPDATE_CHECK: '1',
    HJB_LR_NOTEBOOKS: isSmall ? 'small' : 'full',
  };
}

async function writeKernel(workFolder: string, deno: string): Promise<void> {
  const folder = path.join(workFolder, 'kernels', KERNEL);
  await mkdir(folder, { recursive: true });
  const argv = [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'];
  const specification = { argv, display_name: 'Deno', language: 'typescript' };
  await writeFile(path.join(folder, 'kernel.json'), JSON.stringify(specification));
}

/** Where nbclient's account of a failed cell begins, behind a traceback of its own. */
const ACCOUNT = 'An error occurred while executing the following cell:';

function failed(file: string, text: string): HjbLrError {
  const start = text.lastIndexOf(ACCOUNT);
  const said = (start < 0 ? text : text.slice(start)).trim();
  return new HjbLrError('E_CHECK_FAILED', `${path.basename(file)} failed. ${said}`, {
    remedy: 'Open the notebook in VS Code or JupyterLab with the Deno kernel and run it up to that cell.',
    fields: { file },
  });
}
