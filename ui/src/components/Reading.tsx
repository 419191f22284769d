import { Breakable } from "./Breakable";

/** Up to this length a reading is one line of text, whatever it is made of. */
const SHORT = 60;

/** What is found at fault, where it is named: "leak: POST /createUser", before how it answered. */
const NAMED = /^([a-z][a-z ]*: [A-Z]+ \S+?)(,? .*)$/;

/** The parts of a reading: what was counted first, then each thing by itself. A remark alone makes no list. */
export function partsOf(text: string): string[] {
  const parts = text.split("; ");
  const lists = text.length > SHORT && (parts.length > 2 || parts.slice(1).some((part) => NAMED.test(part)));
  return lists ? parts : [text];
}

/** What a part is about, without how it answered: "leak: POST /createUser". */
const nameOf = (part: string): string | null => NAMED.exec(part)?.[1] ?? null;

/**
 * What was read, with what is at fault in the order in which it came: what has been so for the shortest time stands first.
 * `seen` are the readings so far, oldest first.
 */
export function newestFirst(text: string, seen: readonly { observed: string }[]): string {
  const parts = text.split("; ");
  const named = parts.filter((part) => nameOf(part) !== null);
  if (named.length < 2) return text;
  const before = seen.filter((s) => s.observed !== text).map((s) => new Set(s.observed.split("; ").map(nameOf)));
  // For how many readings in a row, up to the last other one, it has been named.
  const held = (part: string) => {
    const other = before.findLastIndex((names) => !names.has(nameOf(part)));
    return before.length - 1 - other;
  };
  const order = named.map((part, at) => ({ part, at, held: held(part) })).sort((a, b) => a.held - b.held || a.at - b.at);
  return parts.map((part) => (nameOf(part) === null ? part : (order.shift()?.part ?? part))).join("; ");
}

function Part({ text }: { text: string }) {
  const [, name, rest] = NAMED.exec(text) ?? [];
  if (name === undefined || rest === undefined) return <Breakable text={text} />;
  return (
    <>
      <strong>
        <Breakable text={name} />
      </strong>
      <Breakable text={rest} />
    </>
  );
}

/** Each thing that was found, one a line. */
export function Parts({ list }: { list: readonly string[] }) {
  if (list.length === 0) return null;
  return (
    <ul className="reading-parts">
      {list.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may be said twice; the parts have no identity but their place
        <li key={`${i}${part}`}>
          <Part text={part} />
        </li>
      ))}
    </ul>
  );
}

/** What was read. One of many parts is a list: nobody finds a route in ten lines without a break. */
export function Reading({ text }: { text: string }) {
  const [first = "", ...rest] = partsOf(text);
  return (
    <>
      <Breakable text={first} />
      <Parts list={rest} />
    </>
  );
}
