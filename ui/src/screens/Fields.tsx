import { useRef, useState } from "react";
import { useKeepFree } from "../components/barHeight";
import { Calls, Changes, CopyCli } from "../components/Change";
import { CheckTable } from "../components/CheckTable";
import { Crumbs } from "../components/Crumbs";
import { Dock } from "../components/Dock";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { State } from "../components/State";
import { count } from "../format/time";
import type { FieldPlanView, FieldRowView } from "../ipc";
import type { FieldChoices } from "../ipc/port";
import { Button, type Column, DataTable, type Row, cell } from "../kit";
import { useAttempt } from "../state/attempt";
import { useDraft, useKept } from "../state/drafts";
import { useApp, useEvery, useSnapshot, useStore } from "../state/hooks";
import { go, href } from "../state/router";
import { busyWith } from "../state/session";
import { Missing } from "./Missing";
import { placeWords, useStep } from "./step/find";

type Choice = "keep" | "restore";

const COLUMNS: readonly Column[] = [
  { title: "State" },
  { title: "Field" },
  { title: "Before" },
  { title: "We left" },
  { title: "There now" },
  { title: "What becomes of it" },
];

function Choose({ row, choice, onChoose }: { row: FieldRowView; choice: Choice | undefined; onChoose: (choice: Choice) => void }) {
  const words: [Choice, string][] = [
    ["keep", `Keep ${row.found}`],
    ["restore", `Restore ${row.before}`],
  ];
  return (
    <fieldset className="choose">
      <legend className="hidden">What becomes of {row.field}</legend>
      {words.map(([value, label]) => (
        <label className="tick" key={value}>
          <input
            type="radio"
            name={`field-${row.field}`}
            checked={choice === value}
            onChange={() => onChoose(value)}
            data-testid={`field-${row.field}-${value}`}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function rowOf(row: FieldRowView, choice: Choice | undefined, onChoose: (choice: Choice) => void): Row {
  return {
    id: row.field,
    testId: `field-${row.field}`,
    className: row.differs && choice === undefined ? "open k-blocked" : undefined,
    cells: [
      !row.differs ? (
        <State kind="absent" word="As before" />
      ) : choice === undefined ? (
        <State kind="blocked" word="Choose" />
      ) : (
        <State kind="pass" word={choice === "keep" ? "Kept" : "Restored"} />
      ),
      row.field,
      row.before,
      row.ours,
      cell(row.found, { className: "observed" }),
      row.differs && <Choose row={row} choice={choice} onChoose={onChoose} />,
    ],
  };
}

/** Somebody else's change, field by field: what stays, what is restored, and the exact call that comes of it. */
export function FieldsScreen({ id }: { id: string }) {
  const found = useStep(id);
  const store = useStore();
  const snapshot = useSnapshot("seq", "banner", "watching");
  const { run, busy, waits } = useApp((s) => ({ run: s.run, busy: s.busy, waits: busyWith(s) }));
  const below = useRef<HTMLDivElement>(null);
  useKeepFree(below);
  const [choices, setChoices] = useState<FieldChoices>({});
  const [overrides, setOverrides] = useState<ReadonlySet<string>>(new Set());
  const [plan, setPlan] = useState<FieldPlanView | null>(null);
  const { failure: problem, attempt } = useAttempt();
  const [reason, setReason] = useDraft(`fields ${id}`, "reason", "");
  const drafts = useKept(`fields ${id}`);
  const chosen = JSON.stringify(choices);
  const read = () => {
    if (run === null || busy !== null) return;
    // What comes of other choices is another question.
    void attempt(() => store.ipc.fieldPlan(run, id, choices), setPlan, { again: chosen });
  };
  useEvery(15, read, `${chosen} ${snapshot.seq}`);
  if (found === null) return <Missing what={`step ${id}`} />;
  const { step, phase, number, of } = found;
  const undecided = plan?.undecided ?? [];
  const unproven = plan?.unproven.filter((u) => !overrides.has(u)) ?? [];
  const refusal =
    snapshot.watching ??
    (plan === null
      ? (problem?.api.message ?? "The object is being read.")
      : undecided.length > 0
        ? `Choose for ${undecided.join(", ")}.`
        : plan.preview === null
          ? "There is no exact change to approve."
          : unproven.length > 0
            ? `${count(unproven.length, "thing")} not proven: tick each to go on all the same.`
            : reason.trim() === ""
              ? "Write a reason to go on."
              : null);
  const confirm = () => {
    if (plan?.preview == null || refusal !== null) return;
    void store
      .submit("fields", { do: "resolve_fields", step: id, fields: choices, overrides: [...overrides] }, { basis: plan.preview.digest, reason: reason.trim() })
      .then((done) => {
        if (!done) return;
        drafts.drop();
        go({ name: "step", step: id });
      });
  };
  return (
    <>
      <div className="page">
        <Crumbs
          parts={[
            { text: phase, href: href({ name: "run" }) },
            { text: placeWords(number, of), href: href({ name: "step", step: id }) },
            { text: "Field by field" },
          ]}
        />
        <PageHead title={`Field by field: ${step.title}`} id={`fields-${id}`} />
        <p className="why">Somebody else changed what this step left. Say of each field whether it stays or becomes again what it was before the step.</p>
        {problem !== null && (
          <Notice kind="fail" title="It can’t be chosen now" role="alert" action={<Button onPress={read}>Read again</Button>}>
            {problem.api.message} {problem.api.hint}
          </Notice>
        )}
        {plan !== null && (
          <>
            <Block id="fields" title="Fields" note={undecided.length === 0 ? "All are chosen" : `${undecided.length} to choose`}>
              <DataTable
                caption="Each field before the step, as the step left it, and as it is"
                kind="fields"
                columns={COLUMNS}
                rows={plan.rows.map((row) => rowOf(row, choices[row.field], (choice) => setChoices({ ...choices, [row.field]: choice })))}
              />
            </Block>
            <Block
              id="change"
              title="Change"
              note={plan.ends ?? "The exact change is shown once all are chosen"}
              side={plan.preview !== null && <CopyCli preview={plan.preview} />}
            >
              {plan.preview !== null && (
                <>
                  <Changes list={plan.preview.changes} />
                  <Calls preview={plan.preview} />
                </>
              )}
            </Block>
            {plan.preconditions.length > 0 && (
              <Block id="needs" title="What must hold before">
                <CheckTable list={plan.preconditions} caption="Preconditions" />
                {plan.unproven.map((u) => (
                  <label className="tick" key={u}>
                    <input
                      type="checkbox"
                      checked={overrides.has(u)}
                      onChange={() => setOverrides((old) => (old.has(u) ? new Set([...old].filter((o) => o !== u)) : new Set([...old, u])))}
                      data-testid={`override-${u}`}
                    />
                    <span>
                      Go on without proof of <strong>{plan.preconditions.find((p) => p.id === u)?.title ?? u}</strong>
                    </span>
                  </label>
                ))}
              </Block>
            )}
          </>
        )}
      </div>
      <Dock>
        <div className="action-bar confirm-bar" role="region" aria-label="Confirm the choice">
          {plan?.preview != null && (
            <div className="rollback-reason">
              <label htmlFor="fields-reason">Reason</label>
              <textarea id="fields-reason" rows={2} value={reason} onChange={(e) => setReason(e.target.value)} data-testid="fields-reason" />
            </div>
          )}
          <div className="confirm-row">
            <a href={href({ name: "step", step: id })}>Back to {number === null ? "the step" : `step ${number}`}, change nothing</a>
            <p id="fields-why" className="confirm-why" data-testid="why-not">
              {refusal}
            </p>
            <Primary
              basis={`fields/${id}/${plan?.preview?.digest}`}
              refused={refusal !== null}
              loading={waits === "fields"}
              onPress={confirm}
              why="fields-why"
              testId="fields-confirm"
            >
              Carry it out on {snapshot.banner.word}
            </Primary>
          </div>
          <div className="confirm-below" ref={below}>
            <p className="meta">The object is read again right before the call. If anything differs, nothing is changed.</p>
          </div>
        </div>
      </Dock>
    </>
  );
}
