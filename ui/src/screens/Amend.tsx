import { useId, useRef, useState } from "react";
import { useKeepFree } from "../components/barHeight";
import { Crumbs } from "../components/Crumbs";
import { Dock } from "../components/Dock";
import { FilePick } from "../components/FilePick";
import { Notice } from "../components/Notices";
import { Block, Facts, PageHead } from "../components/PageHead";
import { Primary } from "../components/Primary";
import { State } from "../components/State";
import { count } from "../format/time";
import type { AmendmentView } from "../ipc";
import { DataTable, cell } from "../kit";
import { useAttempt } from "../state/attempt";
import { useDraft, useKept } from "../state/drafts";
import { useApp, useSnapshot, useStore, useTitles } from "../state/hooks";
import { go, href } from "../state/router";

const KINDS: Record<string, string> = { added: "Added", removed: "Removed", changed: "Changed" };
const short = (digest: string) => digest.replace(/^sha256:/, "").slice(0, 12);
const shown = (value: string | null) => (value === null || value === "" ? "–" : value);

/** A step by its title, with the id by which it is known; everything else as the core names it. */
function subjectWords(subject: string, titles: Readonly<Record<string, string>>): string {
  const step = subject.startsWith("step ") ? subject.slice("step ".length) : null;
  const title = step === null ? undefined : titles[step];
  return title === undefined ? subject : `${title} (${subject})`;
}

function Changes({ view }: { view: AmendmentView }) {
  const titles = useTitles();
  return (
    <DataTable
      caption="What differs between the plan and the amended one"
      kind="amendment"
      columns={[{ title: "State" }, { title: "What" }, { title: "Field" }, { title: "Now" }, { title: "Then" }]}
      rows={view.changes.map((c, i) => ({
        id: `${i}-${c.subject}-${c.field}`,
        className: c.refused === null ? undefined : "open k-fail",
        cells: [
          c.refused === null ? <State kind="running" word={KINDS[c.kind] ?? c.kind} /> : <State kind="fail" word="Refused" />,
          subjectWords(c.subject, titles),
          c.label ?? c.field ?? "–",
          cell(shown(c.before), { className: "lines" }),
          cell(shown(c.after), { className: "lines" }),
        ],
        below: c.refused === null ? [] : [{ key: "refused", content: c.refused }],
      }))}
    />
  );
}

/** Another plan in the place of the run's: every difference first, then a reason and one confirm. */
export function AmendScreen() {
  const store = useStore();
  const snapshot = useSnapshot("banner", "plan_digest", "watching");
  const titles = useTitles();
  const { run, busy } = useApp((s) => ({ run: s.run, busy: s.busy }));
  const below = useRef<HTMLDivElement>(null);
  useKeepFree(below);
  const id = useId();
  const [from, setFrom] = useState("");
  const [view, setView] = useState<AmendmentView | null>(null);
  const { busy: reading, failure: problem, attempt } = useAttempt();
  const [reason, setReason] = useDraft("amend", "reason", "");
  const drafts = useKept("amend");
  const titleOf = (step: string) => titles[step] ?? step;

  const read = (path: string) => {
    if (run === null) return;
    const answered = (next: AmendmentView) => {
      setFrom(path);
      setView(next);
    };
    void attempt(() => store.ipc.amendment(run, path, null), answered, { failed: () => setView(null) });
  };
  const refused = view?.changes.filter((c) => c.refused !== null).length ?? 0;
  const refusal =
    snapshot.watching !== null
      ? snapshot.watching
      : view === null
        ? "Choose a runbook first: its plan is compared with the run’s."
        : view.changes.length === 0
          ? "Nothing differs: there is nothing to amend."
          : refused > 0
            ? `${count(refused, "difference")} refused. Mend the runbook, then read it again.`
            : view.not_now !== null
              ? view.not_now
              : reason.trim() === ""
                ? "Write a reason to go on."
                : null;
  const confirm = () => {
    if (view === null || refusal !== null) return;
    void store.amend(from, view.digest, reason.trim()).then((accepted) => {
      if (!accepted) return;
      drafts.drop();
      go({ name: "decisions" });
    });
  };
  return (
    <>
      <div className="page">
        <Crumbs parts={[{ text: "Decisions", href: href({ name: "decisions" }) }, { text: "Amend the plan" }]} />
        <PageHead title="Amend the plan" id="amend" />
        <p className="why">
          For a step without an effect anything may change; with an effect only its words, owner, checks after it and deadlines. Account, region and role never
          change.
        </p>
        <Block id="from" title="From which runbook" note={<span>plan now {short(snapshot.plan_digest)}</span>}>
          <FilePick
            label="File, folder or built-in name"
            hint={`It is read for this run’s target, ${snapshot.banner.target}, and linted again.`}
            busy={reading}
            submit="Compare"
            onPick={read}
          />
          <div role="alert">
            {problem !== null && (
              <Notice kind="fail" title="It can’t be compared">
                {problem.api.message} {problem.api.hint} {problem.api.where !== "" && <span className="meta">Where: {problem.api.where}</span>}
              </Notice>
            )}
          </div>
        </Block>
        <div role="status">
          {view !== null && (
            <Block id="differs" title="What differs" note={view.changes.length === 0 ? "Nothing" : count(view.changes.length, "difference")}>
              {view.changes.length > 0 && <Changes view={view} />}
              <Facts
                list={[
                  ["Plan now", short(view.from)],
                  ["Plan then", short(view.to)],
                  ["Begin again", view.anew.length === 0 ? "no step" : view.anew.map(titleOf).join(", ")],
                ]}
              />
              {view.anew.length > 0 && <p className="meta">Approvals and readings of these steps are void; they are checked again.</p>}
            </Block>
          )}
        </div>
      </div>
      <Dock>
        <div className="action-bar confirm-bar" role="region" aria-label="Confirm the amendment">
          {view !== null && view.changes.length > 0 && refused === 0 && (
            <div className="rollback-reason">
              <label htmlFor={id}>Reason</label>
              <textarea id={id} rows={2} value={reason} onChange={(e) => setReason(e.target.value)} data-testid="amend-reason" />
            </div>
          )}
          <div className="confirm-row">
            <a href={href({ name: "decisions" })}>Back, change nothing</a>
            <p id="amend-why" className="confirm-why" data-testid="why-not">
              {refusal}
            </p>
            <Primary
              basis={`amend/${view?.digest}`}
              refused={refusal !== null}
              loading={busy === "amend"}
              onPress={confirm}
              why="amend-why"
              testId="amend-confirm"
            >
              Amend the plan on {snapshot.banner.word}
            </Primary>
          </div>
          <div className="confirm-below" ref={below}>
            <p className="meta">If anything differs from what you see, nothing is changed.</p>
          </div>
        </div>
      </Dock>
    </>
  );
}
