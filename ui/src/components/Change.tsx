import { Fragment, type ReactNode } from "react";
import type { ChangeView, PreviewView, ResourceView } from "../ipc";
import { useStore } from "../state/hooks";
import { Breakable } from "./Breakable";
import { shortened } from "../format/lines";
import { count } from "../format/time";
import { CopyButton } from "./CopyButton";

/** A line in pieces: what stands at the same place on the other side is not marked. */
function pieces(line: string, other: string | undefined): { text: string; changed: boolean }[] {
  if (other === undefined) return [{ text: line, changed: true }];
  const [mine, theirs] = [line.split(" "), other.split(" ")];
  const out: { text: string; changed: boolean }[] = [];
  mine.forEach((text, i) => {
    const changed = mine.length !== theirs.length || text !== theirs[i];
    const last = out.at(-1);
    if (last !== undefined && last.changed === changed) last.text += ` ${text}`;
    else out.push({ text, changed });
  });
  return out;
}

function Line({ line, other }: { line: string; other: string | undefined }) {
  return pieces(line, other).map((p, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no identity but their place
    <Fragment key={`${i}${p.text}`}>
      {i > 0 && " "}
      {p.changed ? (
        <mark>
          <Breakable text={p.text} />
        </mark>
      ) : (
        <Breakable text={p.text} />
      )}
    </Fragment>
  ));
}

function Side({ lines, other, word, sign, note }: { lines: string[]; other: string[]; word: string; sign: string; note?: ReactNode }) {
  const same = new Set(other);
  return (
    <div className={`diff-side ${sign === "+" ? "plus" : "minus"}`}>
      <p className="diff-head">
        <span aria-hidden="true">{sign}</span> <strong>{word}</strong> {note}
      </p>
      {lines.length === 0 ? (
        <p className="diff-none">nothing</p>
      ) : (
        <pre>
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same line may stand there twice
            <span key={`${i}-${line}`}>
              {same.has(line) ? <Breakable text={line} /> : <Line line={line} other={lines.length === other.length ? other[i] : undefined} />}
              {"\n"}
            </span>
          ))}
        </pre>
      )}
    </div>
  );
}

/** What is changed, where the lines of it do not name it themselves, as those of a record set do. */
export function unnamed(object: string, lines: readonly string[]): string | null {
  const names = object.split(" ").filter((word) => /[./#]/.test(word));
  return names.some((name) => lines.some((line) => line.includes(name))) ? null : object.charAt(0).toUpperCase() + object.slice(1);
}

/** What "…" stands for in the lines above. */
export function Rest({ words }: { words: string | null }) {
  if (words === null) return null;
  return (
    <p className="diff-rest meta">
      … is the same in each: <Breakable text={words} />
    </p>
  );
}

/** Its first sentence is what a person must know; the rest says what follows. */
function Caution({ words }: { words: string }) {
  const end = words.indexOf(". ");
  return (
    <p className="diff-caution">
      <strong>{end < 0 ? words : words.slice(0, end + 1)}</strong>
      {end >= 0 && words.slice(end + 1)}
    </p>
  );
}

/** The exact changes, before beside after. Grey minus and blue plus: red and green mean status only. */
export function Changes({
  list,
  note,
  undo = false,
  made = false,
}: {
  list: readonly ChangeView[];
  note?: ReactNode /** What it leads back to, beside the change itself: what AWS does not guard is said there already. */;
  undo?: boolean /** It was made: there is nothing left to be cautious of. */;
  made?: boolean;
}) {
  return (
    <>
      {list.map((c) => {
        const object = undo ? null : unnamed(c.object, [...c.before, ...c.after]);
        const { before, after, rest } = shortened(c.before, c.after);
        return (
          <div key={c.object} className="diff" role="group" aria-label={c.object}>
            {object !== null && (
              <p className="diff-object">
                <Breakable text={object} />
              </p>
            )}
            <Side lines={before} other={after} word={undo ? "After this step" : "Before"} sign="−" note={note} />
            <Side lines={after} other={before} word={undo ? "As it was before" : "After"} sign="+" />
            <Rest words={rest} />
            {!undo && !made && c.asked.length > 0 && (
              <div className="meta">
                Asked on the way, before anything is changed:
                <ol>
                  {c.asked.map((words) => (
                    <li key={words}>
                      <Breakable text={words} />
                    </li>
                  ))}
                </ol>
              </div>
            )}
            {!undo && !made && c.caution && <Caution words={c.caution} />}
          </div>
        );
      })}
    </>
  );
}

/** The API calls behind a preview, with the same as commands to copy. */
export function Calls({ preview }: { preview: PreviewView }) {
  if (preview.calls.length === 0) return null;
  return (
    <details className="calls">
      <summary>{count(preview.calls.length, "API call")}: exact parameters</summary>
      {preview.calls.map((call, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same call may be made twice, and their order is the plan's
        <div key={`${i}-${call.operation}`} className="call">
          <p>
            <strong>
              {call.service} {call.operation}
            </strong>
          </p>
          <pre>{call.cli}</pre>
          <pre>{JSON.stringify(call.parameters, null, 2)}</pre>
        </div>
      ))}
    </details>
  );
}

/** What the step is about, as it can be looked at in AWS: the command that reads it, and its page. */
export function Resources({ list }: { list: readonly ResourceView[] }) {
  const store = useStore();
  if (list.length === 0) return null;
  return (
    <ul className="resources" aria-label="In AWS">
      {list.map((r) => (
        <li key={r.id} data-testid={`resource-${r.id}`}>
          <span className="resource-title">
            <Breakable text={r.title} />
          </span>
          <CopyButton text={r.cli} label="Copy read command" />
          {r.in_console && (
            <button type="button" className="quiet-button" onClick={() => store.openResource(r.id)}>
              Open in the AWS console
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

export function CopyCli({ preview }: { preview: PreviewView }) {
  if (preview.calls.length === 0) return null;
  return <CopyButton text={preview.calls.map((c) => c.cli).join("\n")} label="Copy as AWS CLI" />;
}
