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
        // The same may be said twice; the parts have no identity but their place.
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
