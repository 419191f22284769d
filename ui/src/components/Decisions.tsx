import { useId, useState } from "react";
import type { DecisionView } from "../ipc";
import { Button, Select } from "../kit";
import { useDraft, useKept } from "../state/drafts";
import { useApp, useSnapshot, useStore } from "../state/hooks";
import { Block } from "./PageHead";
import { ReasonForm } from "./ReasonForm";
import { State } from "./State";

function Decision({ decision }: { decision: DecisionView }) {
  const store = useStore();
  const busy = useApp((s) => s.busy);
  const id = useId();
  const [value, setValue] = useDraft(`answer ${decision.id}`, "value", decision.value ?? "");
  const drafts = useKept(`answer ${decision.id}`);
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState(false);
  const { watching } = useSnapshot("watching");
  const decided = decision.value !== null;
  return (
    <li className="decision" data-testid={`decision-${decision.id}`}>
      <div className="decision-line">
        <State kind={decided ? "pass" : decision.blocks.length > 0 ? "blocked" : "todo"} word={decided ? "Decided" : "Undecided"} />
        <div>
          <p>
            {decision.question} {decided && <strong>{decision.kind === "minutes" ? `${decision.value} min` : decision.value}</strong>}
          </p>
          <p className="meta">
            {decided
              ? `By ${decision.by ?? "the target file"}`
              : decision.blocks.length > 0
                ? `Steps wait for it: ${decision.blocks.join(", ")}`
                : "No step waits for it"}
          </p>
        </div>
        {!open && watching === null && (
          <Button onPress={() => setOpen(true)} testId={`decide-${decision.id}`}>
            {decided ? "Revise…" : "Decide…"}
          </Button>
        )}
      </div>
      {open && !asking && (
        <form
          className="decision-form"
          onSubmit={(e) => {
            e.preventDefault();
            if (value.trim() !== "") setAsking(true);
          }}
        >
          {decision.kind === "minutes" ? (
            <>
              <label htmlFor={id}>Minutes</label>
              <input id={id} inputMode="numeric" pattern="[0-9]+" value={value} onChange={(e) => setValue(e.target.value)} />
            </>
          ) : (
            <Select
              label="Answer"
              value={value === "" ? null : value}
              choices={decision.choices.map((c) => [c, c] as const)}
              onPick={setValue}
              testId={`answer-${decision.id}`}
            />
          )}
          <Button submit refused={value.trim() === ""} testId="decision-next">
            Next: the reason
          </Button>
          <Button
            weight="quiet"
            onPress={() => {
              drafts.drop();
              setOpen(false);
            }}
          >
            Cancel
          </Button>
        </form>
      )}
      {asking && (
        <ReasonForm
          draft={`decide ${decision.id}`}
          title={`${decision.question} ${value}`}
          submit="Decide"
          busy={busy !== null}
          onCancel={() => setAsking(false)}
          onSubmit={(reason) =>
            store.submit("decide", { do: "decide", decision: decision.id, value: value.trim() }, { reason }).then((done) => {
              if (done) {
                drafts.drop();
                setAsking(false);
                setOpen(false);
              }
              return done;
            })
          }
        />
      )}
    </li>
  );
}

/** The decisions of the run, or only those that a step waits for. */
export function Decisions({ only }: { only?: string }) {
  const { decisions } = useSnapshot("decisions");
  const list = only === undefined ? decisions : decisions.filter((d) => d.blocks.includes(only));
  if (list.length === 0) return null;
  return (
    <Block id="decisions" title="Decisions" note={only === undefined ? "taken by people, never by a clock" : "this step waits for"}>
      <ul className="decisions">
        {list.map((d) => (
          <Decision key={d.id} decision={d} />
        ))}
      </ul>
    </Block>
  );
}
