import { HjbLrError, type Issue } from './errors.js';

/** Members of one kind, closures or attacks for example, by the names that files use for them. */
export interface Family<Member> {
  /** All of them. From the first call on none can be added, because the schemas of files are made of these. */
  members(): Readonly<Record<string, Member>>;
  /**
   * The one of this name.
   * @throws E_INVALID for a name that none has, with the names that there are
   */
  member(name: string): Member;
  /**
   * Adds one beside the built-in ones.
   * @throws E_INVALID for a name that is taken or cannot stand in a file, for whatever else does not go with the others,
   * and once the schemas are made
   */
  register(member: Member): void;
}

/**
 * A family of these built-in members.
 *
 * @param kind - what one of them is called, for errors
 * @param builtIn - by name, as a module that exports one in each line: its namespace
 * @param clashes - what else of a new member does not go with those that there are
 */
export function createFamily<Member extends { readonly name: string }>(
  kind: string,
  builtIn: Readonly<Record<string, Member>>,
  clashes: (member: Member, others: readonly Member[]) => readonly Issue[] = () => [],
): Family<Member> {
  const all: Record<string, Member> = { ...builtIn };
  let isRead = false;
  return {
    members() {
      isRead = true;
      return all;
    },
    member(name) {
      if (Object.hasOwn(all, name)) return all[name];
      throw refusal(`There is no ${kind} "${name}".`, `Take one of ${Object.keys(all).join(', ')}.`, []);
    },
    register(member) {
      const problems = [...problemsOf(member.name, all, isRead), ...clashes(member, Object.values(all))];
      if (problems.length > 0) throw refusal(`The ${kind} "${member.name}" cannot be added.`, REMEDY, problems);
      all[member.name] = member;
    },
  };
}

const REMEDY = 'Import the module that adds it, under a new name, before any other module of hjb-lr.';

function problemsOf(name: string, all: object, isRead: boolean): Issue[] {
  const messages = [
    ...(/^[a-z][a-z0-9_]*$/.test(name) ? [] : ['is not a name: small letters, digits and _, a letter first']),
    ...(Object.hasOwn(all, name) ? ['is taken'] : []),
    ...(isRead ? ['comes too late: the schemas of files have been made without it'] : []),
  ];
  return messages.map((message) => ({ path: 'name', message }));
}

function refusal(sentence: string, remedy: string, issues: readonly Issue[]): HjbLrError {
  return new HjbLrError('E_INVALID', sentence, { remedy, issues });
}
