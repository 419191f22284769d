import { Fragment } from "react";
import { shortened } from "../format/lines";
import type { PreviewView, RollbackItemView } from "../ipc";
import { type Below, type Column, DataTable, type Row, cell } from "../kit";
import { useTitles } from "../state/hooks";
import { Breakable } from "./Breakable";
import { Calls, Rest, unnamed } from "./Change";
import { CheckTable } from "./CheckTable";
import { type Kind, State } from "./State";

const STATES: Record<string, { kind: Kind; word: string }> = {
  to_do: { kind: "todo", word: "To do" },
  running: { kind: "running", word: "Running" },
  done: { kind: "pass", word: "Done" },
  stopped: { kind: "fail", word: "Stopped" },
  your_turn: { kind: "running", word: "Your turn" },
  unproven: { kind: "blocked", word: "Made, not proven" },
  failed: { kind: "fail", word: "Failed" },
  kept: { kind: "skipped", word: "Kept as it is" },
};

const KINDS: Record<string, string> = {
  undo: "Done by the console",
  publish: "Done once more by the console",
  manual: "Done by hand",
  notice: "A notice to people",
};

/** Why an item is in the plan, in words; nothing where the person named it. */
export function becauseWords(because: string, titleOf: (step: string) => string): string {
  const [word = "", ...rest] = because.split(" ");
  const of = rest.join(" ");
  switch (word) {
    case "":
    case "named":
      return "";
    case "needs":
      return `because it needs “${titleOf(of)}”`;
    case "publishes": {
      const [step = "", ...more] = rest.join(" ").split(", ");
      return [`because it makes “${titleOf(step)}” seen`, ...more].join(", ");
    }
    case "repairs":
      return `because it repairs ${of}`;
    case "rule":
      return `because rule ${of} says so`;
    default:
      return `because: ${because}`;
  }
}

/** What the item is about, where its lines do not name it. */
const About = ({ object }: { object: string | null }) =>
  object !== null && (
    <p className="diff-object">
      <Breakable text={object} />
    </p>
  );

const Lines = ({ list }: { list: readonly string[] }) =>
  list.length === 0
    ? "–"
    : list.map((l) => (
        <span key={l}>
          <Breakable text={l} />
        </span>
      ));

/** What is said before what people tell or do. */
const WORDS = { notice: { open: "To tell:", done: "Told:" }, manual: { open: "To do:", done: "Done by hand:" } } as const;

/** What takes the place of both images where there are none: a publication restores nothing, and words are for people. */
function Instead({ item }: { item: RollbackItemView }) {
  if (item.kind !== "publish")
    return (
      <>
        <strong>{WORDS[item.kind === "notice" ? "notice" : "manual"][item.state === "done" ? "done" : "open"]}</strong> <Lines list={item.restores} />
      </>
    );
  return (
    <>
      <Lines list={item.restores} />
      {item.now.length > 0 && (
        <span className="meta">
          <Breakable text={`Stays as it is: ${item.now.join("; ")}`} />
        </span>
      )}
    </>
  );
}

/** The rest of what changes and the calls themselves, below an item. */
function Exactly({ item, preview, rest, begun }: { item: RollbackItemView; preview: PreviewView; rest: ReturnType<typeof shortened>["rest"]; begun: boolean }) {
  return (
    <>
      {item.kind === "undo" && <Rest words={rest} />}
      {preview.changes.map((c) => (
        <Fragment key={c.object}>
          <About object={unnamed(c.object, [...c.before, ...c.after])} />
          {!begun && c.caution && <p className="meta">{c.caution}</p>}
        </Fragment>
      ))}
      <Calls preview={preview} />
    </>
  );
}

/** The items in order: what happens, what is there now and what was there before. `begun`: what was there then is not there now any more. */
export function RollbackItems({ items, begun = false }: { items: readonly RollbackItemView[]; begun?: boolean }) {
  const titles = useTitles();
  const titleOf = (id: string) => titles[id] ?? id;
  const images = items.some((i) => i.kind === "undo");
  const was = begun ? "When it began" : "Now";
  const columns: Column[] = [
    { title: "State" },
    { title: "#", end: true },
    { title: "What happens" },
    ...(images
      ? [{ title: was }, { title: "As it was before" }]
      : [{ title: items.some((i) => i.kind === "publish") ? "What it does" : "What to do", span: 2 }]),
  ];
  const rows = items.map((item, i): Row => {
    const { kind, word } = STATES[item.state] ?? { kind: "unknown" as const, word: item.state };
    const { before: now, after: restores, rest } = shortened(item.now, item.restores);
    const below: Below[] = [];
    if (item.preview !== null && item.preview.calls.length > 0)
      below.push({ key: "calls", from: 2, content: <Exactly item={item} preview={item.preview} rest={rest} begun={begun} /> });
    if (item.state === "stopped" && item.preconditions.length > 0)
      below.push({ key: "needs", from: 0, content: <CheckTable list={item.preconditions} caption={`What ${item.title} needs`} /> });
    return {
      id: item.id,
      testId: `rollback-item-${item.id}`,
      data: { "data-state": item.state },
      cells: [
        <State kind={kind} word={word} />,
        <strong>{i + 1}</strong>,
        <>
          <strong>{item.title}</strong>
          <span className="under">{[KINDS[item.kind] ?? item.kind, becauseWords(item.because, titleOf)].filter((x) => x !== "").join(", ")}</span>
        </>,
        ...(item.kind === "undo"
          ? [cell(<Lines list={now} />, { className: "lines", head: was }), cell(<Lines list={restores} />, { className: "lines", head: "As it was before" })]
          : [cell(<Instead item={item} />, { className: "lines words", span: 2 })]),
      ],
      below,
    };
  });
  return <DataTable caption="What happens, in this order" kind="order" columns={columns} rows={rows} name={2} />;
}
