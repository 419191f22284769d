// The way of a request: users, resolvers, name servers, sites. Blue = gives the new side, a grey ring = the old one, the mark of
// Unknown = can't tell; red only where a site fails. The sentence below says the same, and is what a reader hears; the table says all of it.
import { useMemo, useState } from "react";
import { Breakable } from "../components/Breakable";
import { Block } from "../components/PageHead";
import { Drawn, type Kind, State } from "../components/State";
import { age } from "../format/time";
import type { RequestWay, WayServer } from "../ipc";
import { DataTable, cell } from "../kit";
import { useStepPart } from "../screens/step/find";
import { useSnapshot, useWorldNow } from "../state/hooks";
import { isFinished } from "../state/readings";
import { BESIDE, curve, layNarrow, layWide, saysMore, type Box, type Flow, type Layout, type Spot } from "./lay";
import { givesWords, isSettled, siteKind, siteLines, stateWords, wayNow, type WayNow, silent } from "./now";

/** What a server gives, as a mark: no two share a shape. */
function Mark({ gives, x, y }: { gives: WayServer["gives"]; x: number; y: number }) {
  switch (gives) {
    case "new":
      return <circle className="way-new" cx={x} cy={y} r={8} />;
    case "old":
      return <circle className="way-old" cx={x} cy={y} r={6.5} />;
    case "both":
      return (
        <>
          <circle className="way-old" cx={x} cy={y} r={6.5} />
          <path className="way-new" d={`M${x} ${y - 8}a8 8 0 0 1 0 16z`} />
        </>
      );
    case "neither":
      return (
        <>
          <circle className="way-none" cx={x} cy={y} r={6.5} />
          <path className="way-none" d={`M${x - 3} ${y - 3}l6 6m0-6l-6 6`} />
        </>
      );
    case "unknown":
      return <Drawn kind="unknown" x={x} y={y} size={18} />;
  }
}

function Server({ spot: { server, name, x, y } }: { spot: Spot }) {
  const below = saysMore(server);
  return (
    <g className={`way-server gives-${server.gives}`} data-server={server.name} data-gives={server.gives}>
      <title>{`${server.name}: ${givesWords(server)}; ${server.said}`}</title>
      <Mark gives={server.gives} x={x} y={y} />
      <text className={server.place === "resolver" ? "way-name is-resolver" : "way-name"} x={x + BESIDE} y={below ? y - 2 : y + 5}>
        {name}
      </text>
      {below && (
        <text className="way-gives" x={x + BESIDE} y={y + 13}>
          {givesWords(server)}
        </text>
      )}
    </g>
  );
}

function Site({ box }: { box: Box }) {
  const kind = siteKind(box.site);
  const { side } = box.site;
  return (
    <g className={`way-site is-${side} k-${kind}`} data-site={side} data-kind={kind}>
      <title>{`${side === "old" ? "Old side" : "New side"}: ${siteLines(box.site)
        .map((l) => l.words)
        .join("; ")}`}</title>
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={8} />
      <text className="way-side" x={box.x + 12} y={box.y + 21}>
        {side === "old" ? "Old side" : "New side"}
        {kind === "fail" && <tspan className="way-fails"> fails</tspan>}
      </text>
      {box.lines.map((line, i) => (
        <text key={line.words} className={line.fails ? "way-line fails" : "way-line"} x={box.x + 12} y={box.y + 40 + i * 16}>
          {line.words}
        </text>
      ))}
    </g>
  );
}

/** In the middle of a flow: how many. */
function FlowShape({ flow, upright }: { flow: Flow; upright: boolean }) {
  return (
    <g className={`way-flow is-${flow.side}`} data-flow={flow.side}>
      <path d={curve(flow.from, flow.to, upright)} strokeWidth={flow.width} />
      <text x={flow.at.x} y={flow.at.y} textAnchor="middle">
        {flow.words}
      </text>
    </g>
  );
}

function Users({ x, y }: { x: number; y: number }) {
  return (
    <g className="way-users">
      <circle cx={x} cy={y - 22} r={12} />
      <path d={`M${x - 22} ${y + 14}v-3a22 19 0 0 1 44 0v3`} />
      <text x={x} y={y + 36} textAnchor="middle">
        all users
      </text>
    </g>
  );
}

function Picture({ lay }: { lay: Layout }) {
  const { users, meet, resolvers, nameServers } = lay;
  const first = resolvers.length > 0 ? resolvers : nameServers;
  return (
    <svg
      className={lay.narrow ? "way way-narrow" : "way way-wide"}
      viewBox={`0 0 ${lay.width} ${lay.height}`}
      aria-hidden="true"
      focusable="false"
      data-testid={lay.narrow ? "way-narrow" : "way-wide"}
    >
      {lay.heads.map((h) => (
        <text key={h.words} className="way-head" x={h.x} y={h.y}>
          {h.words}
        </text>
      ))}
      {users !== null && (
        <g className="way-ask-path">
          {first.map((s) => (
            <path key={s.server.name} d={curve({ x: users.x + 30, y: users.y }, { x: s.x - 13, y: s.y })} />
          ))}
        </g>
      )}
      {meet !== null && (
        <g className="way-ask-path is-asked">
          {resolvers.map((s) => (
            <path key={s.server.name} d={curve({ x: lay.asks, y: s.y }, meet)} />
          ))}
        </g>
      )}
      {lay.flows.map((f) => (
        <FlowShape key={f.side} flow={f} upright={lay.narrow} />
      ))}
      {users !== null && <Users x={users.x} y={users.y} />}
      {[...resolvers, ...nameServers].map((s) => (
        <Server key={`${s.server.place} ${s.server.name}`} spot={s} />
      ))}
      {lay.boxes.map((b) => (
        <Site key={b.site.side} box={b} />
      ))}
    </svg>
  );
}

const PLACES: Record<WayServer["place"], string> = { resolver: "Resolver", name_server: "Name server" };

/** Blue is no status here, so the words stand without a colour of one. */
const KINDS: Record<WayServer["gives"], Kind> = { new: "record", old: "record", both: "record", neither: "unknown", unknown: "unknown" };

function Same({ way }: { way: WayNow }) {
  return (
    <details className="calls">
      <summary>The same as a table</summary>
      <DataTable
        caption={`The way of a request for ${way.name}: what each server gives, and both sites`}
        columns={[{ title: "Gives" }, { title: "What" }, { title: "Kind" }, { title: "Said" }]}
        rows={[
          ...way.servers.map((s) => ({
            id: `${s.place} ${s.name}`,
            cells: [
              <State kind={KINDS[s.gives]} word={givesWords(s)} />,
              <Breakable text={s.name} />,
              PLACES[s.place],
              cell(<Breakable text={s.said} />, { className: "observed" }),
            ],
          })),
          ...way.sites.map((s) => {
            const kind = siteKind(s);
            return {
              id: `site ${s.side}`,
              cells: [
                <span data-site={s.side}>
                  <State kind={kind} word={{ fail: "Fails", pass: "Answers", unknown: "Can’t tell" }[kind]} />
                </span>,
                s.side === "old" ? "Old side" : "New side",
                "Site",
                cell(
                  <Breakable
                    text={[
                      ...siteLines(s).map((l) => l.words),
                      ...s.health.flatMap((h) => (h.reading.age === null ? [] : [`${h.reading.title}: ${h.reading.observed}, ${age(h.reading.age)} ago`])),
                    ].join("; ")}
                  />,
                  { className: "observed" },
                ),
              ],
            };
          }),
        ]}
        name={1}
      />
    </details>
  );
}

/** The picture as it was laid, never lower than it has been since it is looked at: a line fewer moves nothing below it. */
function useSteady(seen: WayNow, lay: (way: WayNow, least: number) => Layout): Layout {
  const [least, keep] = useState(0);
  const laid = lay(seen, least);
  if (laid.height > least) keep(laid.height);
  return laid;
}

function Pictures({ seen }: { seen: WayNow }) {
  const wide = useSteady(seen, layWide);
  const narrow = useSteady(seen, layNarrow);
  return (
    <>
      <Picture lay={wide} />
      <Picture lay={narrow} />
    </>
  );
}

function Body({ seen }: { seen: WayNow }) {
  const moves = seen.state === "switching" || seen.state === "switching_back";
  return (
    <div className="way-block" data-testid={`way-${seen.name}`} data-state={seen.state}>
      {seen.servers.length > 0 && <Pictures key={seen.name} seen={seen} />}
      <p className="way-words" role={moves ? "status" : undefined} data-testid="way-words">
        {seen.sentence}
      </p>
      {seen.servers.length > 0 && <Same way={seen} />}
    </div>
  );
}

/** The picture of one name with its sentence; folded where all is over and well and the page is about something else. */
function WayBlock({ way, now, folds = false }: { way: RequestWay; now: number; folds?: boolean }) {
  const seen = useMemo(() => wayNow(way, now), [way, now]);
  const note = `${seen.name}, ${stateWords(seen, now)}`;
  // Folded once it was all over and well, and not opened by itself afterwards: nothing moves under a person's eyes. What fails since is said in its line.
  const settled = folds && isSettled(seen);
  const [folded, fold] = useState(settled);
  if (settled && !folded) fold(true);
  if (!folds && folded) fold(false);
  const failing = seen.sites.filter((s) => siteKind(s) === "fail").map((s) => (s.side === "old" ? "the old side fails" : "the new side fails"));
  if (folds && folded) {
    return (
      <section className="block">
        <details className="folded" data-testid="way-folded">
          <summary>
            <h2>The way of a request</h2>
            <span className="block-note">{[note, ...failing, ...silent(seen).map((name) => `of ${name} it can’t be told`)].join(", ")}</span>
          </summary>
          <Body seen={seen} />
        </details>
      </section>
    );
  }
  return (
    <Block id="way" title="The way of a request" note={note}>
      <Body seen={seen} />
    </Block>
  );
}

/** The pictures of several names, one below the other; of a name that nobody asks about only that. */
function WaysBlock({ ways, now }: { ways: readonly RequestWay[]; now: number }) {
  const [only] = ways;
  if (only === undefined) return null;
  if (ways.length === 1) return <WayBlock way={only} now={now} />;
  return (
    <Block id="way" title="The way of a request">
      {ways.map((way) => {
        const seen = wayNow(way, now);
        return (
          <div key={way.name} className="way-one">
            {seen.servers.length > 0 && (
              <h3>
                <Breakable text={seen.name} />
                <span className="meta">, {stateWords(seen, now)}</span>
              </h3>
            )}
            <Body seen={seen} />
          </div>
        );
      })}
    </Block>
  );
}

/** The second that it is: ages change with it, and nothing in between. */
const useSecond = (): number => useWorldNow((ms) => Math.floor(ms / 1000) * 1000);

/** The pictures of the run's names, or of those that `of` takes. */
export function Ways({ of = () => true }: { of?: (way: RequestWay) => boolean }) {
  const { ways } = useSnapshot("ways");
  return <WaysBlock ways={ways.filter(of)} now={useSecond()} />;
}

/** The picture of the name that a step switches; nothing where it switches none, or was left out. */
export function WayOf({ step }: { step: string }) {
  const found = useStepPart(step, ({ step: s }, snapshot) => ({
    way: s.state === "skipped" ? undefined : snapshot.ways.find((w) => w.steps.includes(s.id) && w.servers.length > 0),
    folds: isFinished(s) || s.state === "undone",
  }));
  const now = useSecond();
  return found?.way !== undefined && <WayBlock way={found.way} now={now} folds={found.folds} />;
}
