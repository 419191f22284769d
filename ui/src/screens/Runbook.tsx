import { useEffect, useState } from "react";
import { Crumbs } from "../components/Crumbs";
import { FilePick } from "../components/FilePick";
import { Notice } from "../components/Notices";
import { Block, PageHead } from "../components/PageHead";
import { State } from "../components/State";
import { count } from "../format/time";
import type { ProblemRow, RunbookView, TargetRow } from "../ipc";
import { Button } from "../kit";
import { useAttempt } from "../state/attempt";
import { useApp, useStore } from "../state/hooks";
import { go } from "../state/router";

const MOST = 8;

function Problems({ list }: { list: ProblemRow[] }) {
  return (
    <ul className="problems">
      {list.slice(0, MOST).map((p) => (
        <li key={`${p.place} ${p.code} ${p.message}`}>
          <State kind={p.stops ? "fail" : "blocked"} word={p.stops ? "Error" : "Look at"} />
          <div>
            <p>{p.message}</p>
            <p className="meta">
              <code>{p.place}</code> {p.fix}
            </p>
          </div>
        </li>
      ))}
      {list.length > MOST && <li className="meta">{list.length - MOST} more: switchback runbook check shows all.</li>}
    </ul>
  );
}

function Target({ runbook, target }: { runbook: string; target: TargetRow }) {
  const store = useStore();
  const { opening, operator } = useApp((s) => ({ opening: s.opening, operator: s.operator }));
  const open = async () => {
    if (await store.openRunbook(runbook, target.name)) go({ name: "run" });
    void store.refreshRuns();
  };
  const bad = target.problems.length > 0;
  return (
    <li data-env={target.kind} className="target">
      <span className="run-word">{target.kind === "" ? "not readable" : target.kind}</span>
      <div>
        <strong>{target.name}</strong>
        <p className="meta">
          {bad
            ? `${count(target.problems.length, "error")}: nothing can be opened on it`
            : `${count(target.steps, "step")}. Opening a run changes nothing: every step is started by a person.`}
        </p>
        {bad && <Problems list={target.problems} />}
      </div>
      {!bad && (
        <Button
          loading={opening}
          refused={operator.trim() === ""}
          onPress={() => void open()}
          label={`Open a run on ${target.name}`}
          testId={`open-on-${target.name}`}
        >
          Open a run
        </Button>
      )}
    </li>
  );
}

function Chosen({ view }: { view: RunbookView }) {
  const stops = view.problems.some((p) => p.stops);
  return (
    <Block id="targets" title={view.title} note={<code>{view.runbook}</code>}>
      {view.problems.length > 0 && <Problems list={view.problems} />}
      {view.targets.length === 0 ? (
        <p className="empty">
          This runbook has no target yet: a file in the folder <code>targets</code> beside it says where it runs and with which values.
        </p>
      ) : (
        !stops && (
          <ul className="run-list" data-testid="targets">
            {view.targets.map((t) => (
              <Target key={t.name} runbook={view.runbook} target={t} />
            ))}
          </ul>
        )
      )}
    </Block>
  );
}

/** Opening a run: which runbook, what is wrong with it, and on which target. */
export function RunbookScreen() {
  const store = useStore();
  const operator = useApp((s) => s.operator);
  const [known, setKnown] = useState<RunbookView[]>([]);
  const [chosen, setChosen] = useState<RunbookView | null>(null);
  const { attempt: list } = useAttempt();
  const { busy, failure: problem, attempt } = useAttempt();
  useEffect(() => {
    void list(() => store.ipc.runbooks(), setKnown, { failed: store.fail });
  }, [store, list]);
  const read = (path: string) => void attempt(() => store.ipc.runbookView(path), setChosen, { failed: () => setChosen(null) });
  return (
    <div className="page">
      <Crumbs parts={[{ text: "Start", href: "#/start" }, { text: "Open a runbook" }]} />
      <PageHead title="Open a runbook" id="runbook" />
      <p className="why">A runbook says what is done; its target says where. Both are read and checked before anything is opened.</p>
      {operator.trim() === "" && (
        <Notice kind="blocked" title="Your name is missing">
          The journal names who opened a run. Write it on the start screen.
        </Notice>
      )}
      <Block id="own" title="Your own">
        <FilePick label="File or folder" hint="A runbook.toml, or the folder that holds it with its targets." busy={busy} submit="Read it" onPick={read} />
        <div role="alert">
          {problem !== null && (
            <Notice kind="fail" title="It can’t be read">
              {problem.api.message} {problem.api.hint}
            </Notice>
          )}
        </div>
      </Block>
      <div role="status">{chosen !== null && <Chosen view={chosen} />}</div>
      <Block id="built-in" title="Built in" note={known.length === 0 ? "being read" : undefined}>
        <ul className="run-list">
          {known.map((r) => (
            <li key={r.runbook} className="target">
              <span className="run-word">built in</span>
              <div>
                <strong>{r.title}</strong>
                <p className="meta">
                  {r.runbook} · {r.targets.length === 0 ? "no target yet" : `${count(r.targets.length, "target")}: ${r.targets.map((t) => t.name).join(", ")}`}
                </p>
              </div>
              <Button onPress={() => setChosen(r)} label={`Choose ${r.title}`} testId={`choose-${r.runbook}`}>
                Choose
              </Button>
            </li>
          ))}
        </ul>
      </Block>
    </div>
  );
}
