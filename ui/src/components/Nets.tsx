// What is left if this machine is lost: the mirror folder and the break-glass sheet.
import { age } from "../format/time";
import type { RunSnapshot } from "../ipc";
import { useApp, useStore, useWorldNow } from "../state/hooks";
import { CopyButton } from "./CopyButton";
import { Notice } from "./Notices";
import { type Kind, Shape } from "./State";

/** The mirror folder, where one is set. A core that knows of none sends nothing. */
type Mirror = { dir: string; seq: number; age_s: number | null; behind: number; problem: string | null };

export type Net = { id: "mirror" | "sheet"; name: string; kind: Kind; words: string; more: string | null };

function mirrorNet(snapshot: RunSnapshot, now: number): Net {
  const mirror = (snapshot as RunSnapshot & { mirror?: Mirror | null }).mirror ?? null;
  const base = { id: "mirror", name: "Mirror" } as const;
  // Who watches does not write, so it does not mirror either: the driver's folder is not known here.
  if (mirror === null && snapshot.watching !== null) return { ...base, kind: "absent", words: "only the driver knows", more: null };
  if (mirror === null)
    return { ...base, kind: "todo", words: "none is set", more: "SWITCHBACK_MIRROR names a folder on another disk or share that gets every event too." };
  if (mirror.problem !== null || mirror.behind > 0) {
    return { ...base, kind: "blocked", words: mirror.behind > 0 ? `${mirror.behind} behind` : "can’t be kept up", more: mirror.problem ?? mirror.dir };
  }
  const old = mirror.age_s === null ? null : mirror.age_s + Math.max(0, (now - Date.parse(snapshot.now)) / 1000);
  return { ...base, kind: "pass", words: old === null ? "empty" : `has all, ${age(old)} old`, more: mirror.dir };
}

function sheetNet(snapshot: RunSnapshot): Net {
  const { sheet } = snapshot.way_back;
  const base = { id: "sheet", name: "Sheet", more: sheet.file } as const;
  if (sheet.stale !== null) return { ...base, kind: "blocked", words: sheet.exported_at === null ? "never exported" : "older than last change" };
  if (sheet.exported_at === null) return { ...base, kind: "todo", words: "not exported yet" };
  return { ...base, kind: "pass", words: `as of event ${sheet.seq ?? "?"}` };
}

export const nets = (snapshot: RunSnapshot, now: number): Net[] => [mirrorNet(snapshot, now), sheetNet(snapshot)];

/** Both, one line each, with the button that makes the sheet anew. */
export function Nets() {
  const store = useStore();
  const exporting = useApp((s) => s.exporting);
  const list = useWorldNow((now, { snapshot }) => (snapshot === null ? [] : nets(snapshot, now)));
  return (
    <dl className="nets" aria-label="If this machine is lost">
      {list.map((net) => (
        <div key={net.id} data-testid={`net-${net.id}`} data-kind={net.kind} title={net.more ?? undefined}>
          <dt>{net.name}</dt>
          <dd className={`k-${net.kind}`}>
            <Shape kind={net.kind} />
            <span>{net.words}</span>
            {net.id === "sheet" && (
              <button
                type="button"
                className="quiet-button"
                disabled={exporting}
                onClick={() => void store.exportSheet()}
                aria-label={exporting ? "Exporting the sheet" : "Export the break-glass sheet"}
                data-testid="sheet-export"
              >
                {exporting ? "Exporting…" : "Export"}
              </button>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Where the sheet was written, and what a person still has to do with it. */
export function SheetNotice() {
  const store = useStore();
  const sheet = useApp((s) => s.sheet);
  return (
    <div role="status" data-testid="sheet-region">
      {sheet !== null && (
        <Notice
          kind="record"
          title="Break-glass sheet exported"
          action={
            <span className="notice-actions">
              <CopyButton text={sheet.text} label="Copy the sheet" />
              <button type="button" className="quiet-button" onClick={store.closeSheet}>
                Close
              </button>
            </span>
          }
        >
          The way back as AWS CLI commands, up to event {sheet.seq}: <code>{sheet.file}</code>.{" "}
          {sheet.in_mirror ? "It is in the mirror folder." : "It is on this machine: carry a copy elsewhere."}
        </Notice>
      )}
    </div>
  );
}
