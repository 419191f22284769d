import { age, count } from "../format/time";
import type { NameAnswers, ServerAnswer } from "../ipc";
import { type Column, DataTable, cell } from "../kit";
import { useSnapshot, useWorldNow } from "../state/hooks";
import { Breakable } from "./Breakable";
import { Block } from "./PageHead";
import { type Kind, State } from "./State";

const PLACES: Record<string, string> = { name_server: "Name server", resolver: "Resolver" };
const said = (a: ServerAnswer): string => (a.problem !== null ? "" : a.values.length === 0 ? "no such record" : a.values.join(", "));

/** What most name servers say; what most say at all where no name server answers. */
export function consensus(servers: readonly ServerAnswer[]): string | null {
  const ask = (list: readonly ServerAnswer[]) => {
    const votes = new Map<string, number>();
    for (const s of list) if (s.problem === null) votes.set(said(s), (votes.get(said(s)) ?? 0) + 1);
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  };
  return ask(servers.filter((s) => s.place === "name_server")) ?? ask(servers);
}

function stateOf(a: ServerAnswer, most: string | null, stale: boolean): { kind: Kind; word: string } {
  if (stale) return { kind: "unknown", word: "Unknown" };
  if (a.problem !== null) return { kind: "unknown", word: "No answer" };
  if (said(a) === most) return { kind: "pass", word: "Agrees" };
  // A resolver may still hold what it was told before; a name server that differs is out of step.
  return a.place === "resolver" ? { kind: "waiting", word: "Differs" } : { kind: "fail", word: "Differs" };
}

const COLUMNS: readonly Column[] = [{ title: "State" }, { title: "Server" }, { title: "Kind" }, { title: "Answers" }, { title: "TTL", end: true }];

function Name({ name, stale }: { name: NameAnswers; stale: boolean }) {
  const most = consensus(name.servers);
  const agree = name.servers.filter((s) => s.problem === null && said(s) === most).length;
  return (
    <div className="truth" data-testid={`truth-${name.name}`}>
      <p>
        <strong>
          <Breakable text={name.name} /> {name.record}
        </strong>{" "}
        {most === null ? "no server answers" : `${agree} of ${count(name.servers.length, "server")}: ${most}`}
      </p>
      <DataTable
        caption={`What each server answers for ${name.name}`}
        kind="truth-table"
        columns={COLUMNS}
        rows={name.servers.map((s) => {
          const { kind, word } = stateOf(s, most, stale);
          return {
            id: `${s.place} ${s.server}`,
            className: kind === "fail" || kind === "waiting" || kind === "unknown" ? `open k-${kind}` : undefined,
            cells: [
              <State kind={kind} word={word} />,
              <Breakable text={s.server} />,
              PLACES[s.place] ?? s.place,
              cell(<Breakable text={s.problem ?? said(s)} />, { className: "observed" }),
              cell(s.ttl_s === null ? "–" : `${s.ttl_s} s`, { className: "age" }),
            ],
          };
        })}
      />
    </div>
  );
}

/** What every name server and resolver answered last, one by one: of the same look as the picture. */
export function DnsTruth() {
  const { name_answers: answers } = useSnapshot("name_answers");
  const now = useWorldNow((ms) => Math.floor(ms / 1000) * 1000);
  const ages = answers.flatMap((n) => (n.observed_at === null ? [] : [Math.max(0, (now - Date.parse(n.observed_at)) / 1000)]));
  const asked = ages.length < answers.length ? "every server is being asked" : `each server asked by itself, ${age(Math.max(...ages))} ago`;
  return (
    <Block id="truth" title="DNS truth" {...(answers.length === 0 ? {} : { note: asked })}>
      {answers.length === 0 && (
        <p className="empty">No check of this plan asks DNS, or the target has no DNS observer. Once one does, each server’s answer stands here.</p>
      )}
      {answers
        .filter((n) => n.observed_at !== null)
        .map((n) => (
          <Name key={`${n.name} ${n.record}`} name={n} stale={n.observed_at !== null && (now - Date.parse(n.observed_at)) / 1000 > n.believable_s} />
        ))}
    </Block>
  );
}
