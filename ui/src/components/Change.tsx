import type { ChangeView, PreviewView } from "../ipc";
import { count } from "../format/time";
import { CopyButton } from "./CopyButton";

function Side({ lines, other, word, sign, note }: { lines: string[]; other: string[]; word: string; sign: string; note?: string | undefined }) {
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
            <span key={`${i}-${line}`}>
              {same.has(line) ? line : <mark>{line}</mark>}
              {"\n"}
            </span>
          ))}
        </pre>
      )}
    </div>
  );
}

/** The exact changes, before beside after. Grey minus and blue plus: red and green mean status only. */
export function Changes({ list, note }: { list: readonly ChangeView[]; note?: string }) {
  return (
    <>
      {list.map((c) => (
        <div key={c.object} className="diff" role="group" aria-label={c.object}>
          <Side lines={c.before} other={c.after} word="Before" sign="−" note={note} />
          <Side lines={c.after} other={c.before} word="After" sign="+" />
        </div>
      ))}
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

export function CopyCli({ preview }: { preview: PreviewView }) {
  if (preview.calls.length === 0) return null;
  return <CopyButton text={preview.calls.map((c) => c.cli).join("\n")} label="Copy as AWS CLI" />;
}
