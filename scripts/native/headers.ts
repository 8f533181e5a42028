import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { npmCommand, type Command } from '../command.js';

/** Prefix of the headers of the running Node that came with it, or null: none there, or of another version. */
export async function headersBesideNode(executable: string = process.execPath): Promise<string | null> {
  const prefix = path.dirname(path.dirname(executable));
  const text = await readFile(path.join(prefix, 'include', 'node', 'node_version.h'), 'utf8').catch(() => '');
  const found = ['MAJOR', 'MINOR', 'PATCH'].map((part) => new RegExp(`NODE_${part}_VERSION (\\d+)`).exec(text)?.[1]);
  return found.join('.') === process.versions.node ? prefix : null;
}

/** The npm package that holds the running Node with its headers. */
export function headersPackage(): string {
  return `node-${process.platform}-${process.arch}@${process.versions.node}`;
}

/** How to bring that package into a folder, and the prefix that it then has. */
export async function headersInstallation(folder: string): Promise<{ command: Command; prefix: string }> {
  await mkdir(folder, { recursive: true });
  const name = headersPackage();
  return {
    command: npmCommand('install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', name),
    prefix: path.join(folder, 'node_modules', name.split('@')[0]),
  };
}
