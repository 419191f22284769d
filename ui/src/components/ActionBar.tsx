import { Fragment, useRef } from "react";
import { fullTime } from "../format/time";
import type { Offer, StepView } from "../ipc";
import { Button, type Entry, LinkButton, Menu } from "../kit";
import { useApp, useShort, useStore, useTight, useTitles, useWorldNow } from "../state/hooks";
import { allSteps, isFinished, mainWay } from "../state/readings";
import { go, href } from "../state/router";
import { busyWith } from "../state/session";
import type { Store } from "../state/store";
import { useLeaveHeight } from "./barHeight";
import { Dock } from "./Dock";
import { stateWords } from "./LeftRail";
import { Block } from "./PageHead";
import { OfferForm } from "./OfferForm";
import { Primary } from "./Primary";
import { canHold, type Control, RunButtons, RunControlForm } from "./RunControls";
import { isNoted, StepNotes } from "./StepNotes";
import { comesTo, commandOf, leadsOf, mainOf, offersOf, offerWords, otherOffers, standsStill, type WayOut } from "./ways";

/** The offer of a step that would outlive the sign-in. */
export const OVERRIDE = "apply-overriding";

/** A name of more letters does not fit beside the other buttons in one line. */
const LONG = 36;
/** How many letters "Next: " has. */
const NEXT = 6;

/** States before anything of a step was tried. */
const AHEAD = new Set(["to_do", "blocked", "ready", "undone"]);

const CONTROLS = new Set(["hold", "resume"]);

/** When the step may start by time alone. */
function readyAt(step: StepView): string | null {
  const ends = step.before.flatMap((r) => (r.tone === "waiting" && r.until !== null ? [Date.parse(r.until)] : []));
  const last = Math.max(...ends);
  return ends.length === 0 ? null : fullTime(last);
}

/** Why a step can't start, with the moment at which time alone lets it. The seconds are counted by a clock. */
export function refusalWords(step: StepView, refused: string, now: number, watching: boolean): { ready: string | null; rest: string } {
  const at = readyAt(step);
  const waits = at !== null && !watching && step.before.some((r) => r.until !== null && Date.parse(r.until) > now);
  return waits ? { ready: `Ready at ${at}.`, rest: refused.replace(/^Ready in [^.]+\. /, "") } : { ready: null, rest: refused };
}

/** The steps that a step waits for by what it needs or comes after. */
function useWaitsFor(step: StepView): { id: string; title: string }[] {
  return useApp(({ snapshot }) =>
    snapshot === null || !AHEAD.has(step.state)
      ? []
      : allSteps(snapshot)
          .filter((s) => s.left_out !== true && ((step.needs.includes(s.id) && s.state !== "done") || (step.after.includes(s.id) && !isFinished(s))))
          .map(({ id, title }) => ({ id, title })),
  );
}

/** Why the main button can't be pressed; the moment at which time alone lets it stands first. */
function Refusal({ step, refused }: { step: StepView; refused: string }) {
  const others = useWaitsFor(step);
  const { ready, rest } = useWorldNow((now, { snapshot }) => refusalWords(step, refused, now, snapshot?.watching !== null));
  // What is named in the reason stands there as links. A step may be barred by something else as well: then both are said.
  const said = new Set(rest.split(/[^\w.-]+/).map((word) => word.replace(/\.$/, "")));
  const isTheReason = others.length > 0 && others.every((s) => said.has(s.id) || rest.includes(s.title));
  return (
    <p id="why-not" data-testid="why-not">
      {ready !== null && <strong>{ready} </strong>}
      {!isTheReason && rest}
      {others.map((s, i) => (
        <Fragment key={s.id}>
          {i > 0 ? ", " : isTheReason ? "Waits for " : " It waits for "}
          <a href={href({ name: "step", step: s.id })}>{s.title}</a>
          {i === others.length - 1 && "."}
        </Fragment>
      ))}
    </p>
  );
}

function Reason({ step, primary }: { step: StepView; primary: Offer | undefined }) {
  if (primary === undefined) {
    return step.state === "applying" || step.state.endsWith("verifying") || step.state === "undoing" || step.state === "checking" ? (
      <p>
        {/* Where a notice tells of it, its state is its title already. */}
        {step.note === "" && <strong>{stateWords(step)}. </strong>}Nothing is asked of you now.
      </p>
    ) : null;
  }
  if (isNoted(step, primary)) return null;
  if (primary.refused !== null) return <Refusal step={step} refused={primary.refused} />;
  return primary.command === "apply" && step.preview !== null ? <p className="meta">You confirm on the next page.</p> : null;
}

function pressOffer(store: Store, step: StepView, offer: Offer, ask: (word: string) => void): void {
  const command = commandOf(offer.command, step.id);
  if (offer.command === "fields") go({ name: "fields", step: step.id });
  else if (offer.needs_reason) ask(offer.command);
  else if (command !== null) void store.submit(offer.command, command);
}

/** Why the run stands still, as long as it does. */
export const useStill = (): string | null => useApp(({ snapshot }) => (snapshot === null ? null : standsStill(snapshot)));

/** What else can be done with a step that has a main button. */
export function Otherwise({ step, onAsk }: { step: StepView; onAsk: (word: string) => void }) {
  const store = useStore();
  const busy = useApp(busyWith);
  const still = useStill();
  const list = otherOffers(step, still);
  const offers = offersOf(step, still);
  // Its reason is asked for where the change is confirmed.
  const override = offers.find((o) => o.command === OVERRIDE && o.refused === null);
  if ((list.length === 0 && override === undefined) || !offers.some((o) => o.primary)) return null;
  return (
    <Block id="otherwise" title="Otherwise">
      <div className="otherwise">
        {override !== undefined && (
          <LinkButton href={href({ name: "confirm", step: step.id })} testId={`offer-${OVERRIDE}`}>
            {override.label}…
          </LinkButton>
        )}
        {list.map((o) => (
          <Button key={o.command} loading={busy === o.command} onPress={() => pressOffer(store, step, o, onAsk)} testId={`offer-${o.command}`}>
            {offerWords(o)}
          </Button>
        ))}
      </div>
    </Block>
  );
}

/** What can be done with the step now, at the bottom of the middle column. */
export function ActionBar({ step, ask, setAsk }: { step: StepView; ask: string | null; setAsk: (ask: string | null) => void }) {
  const store = useStore();
  const { busy, next, holds } = useApp((s) => ({
    busy: busyWith(s),
    next: s.snapshot === null ? undefined : mainWay(s.snapshot),
    holds: s.snapshot !== null && canHold(s.snapshot),
  }));
  const short = useShort();
  const tight = useTight();
  const bar = useRef<HTMLDivElement>(null);
  const titles = useTitles();
  useLeaveHeight(bar);
  const still = useStill();
  const offers = offersOf(step, still);
  const primary = offers.find((o) => o.primary);
  // Beside a main button the rest stands at the end of the page; without one it is what there is to do.
  const others = primary === undefined ? otherOffers(step, still) : [];
  const asked = offers.find((o) => o.command === ask && o.refused === null);
  // A step without a preview has nothing to confirm: it changes nothing in the world.
  const confirms = primary?.command === "apply" && step.preview !== null;

  const press = (offer: Offer) => {
    if (offer.command === "apply" && confirms) return go({ name: "confirm", step: step.id });
    pressOffer(store, step, offer, setAsk);
  };
  // While users are affected nothing that goes forward is the main thing to do; the button stays where it is.
  const affected = useApp((s) => s.snapshot?.users.tone === "failing");
  // What somebody changed since is looked at before anything else: then there is no way on under the hand.
  const goesOn =
    primary === undefined &&
    step.drifted === null &&
    (isFinished(step) || step.state === "undone") &&
    next !== undefined &&
    next.id !== step.id &&
    ask === null;
  // In trouble one button is the main one, and it changes nothing in the world. Beside it stands the first way back; the rest is folded.
  const main = primary === undefined && !goesOn ? mainOf(step, others, affected === true) : undefined;
  const quiet = main === undefined ? "normal" : "quiet";
  const leads = leadsOf(step, titles);
  const more = others.filter((o) => o !== main);
  // Where there is no room the rest stands in a menu: never Stop, and never the one thing that there is to do. One more is no menu.
  const kept = main === undefined && primary === undefined && !goesOn ? Math.min(1, more.length) : 0;
  // In doubt the ways beside the look are what a person decides between: they are not folded.
  const trouble = main !== undefined && !tight && !step.state.endsWith("in_doubt");
  const beyond = trouble ? leads.filter((l) => !l.first) : leads;
  const folds = (tight && more.length - kept + leads.length > 0) || (trouble && more.length + beyond.length > 1);
  const beside = folds ? more.slice(0, kept) : more;
  const out = folds ? leads.filter((l) => !beyond.includes(l)) : leads;
  const told = main !== undefined;
  const entries: Entry[] = [
    ...more.slice(kept).map((o) => ({ id: `offer-${o.command}`, words: offerWords(o), comes: told ? comesTo(o.command) : undefined, work: () => press(o) })),
    ...beyond.map((l) => ({ id: l.id, words: l.words, comes: told ? "Shows first what it restores and loses." : undefined, work: () => go(l.place) })),
    ...(holds
      ? [{ id: "run-hold", words: "Put on hold…", comes: told ? "No step starts until somebody resumes." : undefined, work: () => setAsk("hold") }]
      : []),
  ];
  const way = (l: WayOut) => (
    <LinkButton key={l.id} weight={l.first ? "normal" : quiet} href={href(l.place)} testId={l.id}>
      {l.words}
    </LinkButton>
  );
  // One primary button at a time: an open form has its own.
  const asking = asked !== undefined || (ask !== null && CONTROLS.has(ask));

  return (
    <Dock>
      <div className="action-bar" ref={bar} role="region" aria-label="What you can do">
        {!short && <StepNotes step={step} />}
        {ask !== null && CONTROLS.has(ask) && <RunControlForm control={ask as Control} onDone={() => setAsk(null)} />}
        {asked !== undefined && <OfferForm key={asked.command} step={step} offer={asked} onDone={() => setAsk(null)} />}
        <div className={trouble ? "action-row in-trouble" : "action-row"}>
          <div
            className={
              beside.length > 0
                ? "action-main free"
                : primary !== undefined
                  ? "action-main apart"
                  : goesOn && next.words.length > LONG + NEXT
                    ? "action-main wide"
                    : "action-main"
            }
          >
            {goesOn && (
              <Primary
                basis={`next/${step.id}/${step.state}/${next.id}`}
                plain={affected && next.words.startsWith("Next: ")}
                onPress={() => go(next.place)}
                testId="to-current"
              >
                {next.words}
              </Primary>
            )}
            {main !== undefined && (
              <Primary
                basis={[step.id, step.generation, step.state, main.command].join("/")}
                plain={asking}
                refused={asking}
                loading={busy === main.command && !asking}
                onPress={() => press(main)}
                testId={`offer-${main.command}`}
              >
                {offerWords(main)}
              </Primary>
            )}
            {beside.map((o) => (
              <Button key={o.command} weight={quiet} loading={busy === o.command} onPress={() => press(o)} testId={`offer-${o.command}`}>
                {offerWords(o)}
              </Button>
            ))}
            {primary !== undefined && (
              <Primary
                basis={[step.id, step.generation, step.state, primary.command, step.preview?.digest, primary.refused === null].join("/")}
                plain={asking || affected === true}
                refused={primary.refused !== null || asking}
                loading={busy === primary.command && !asking}
                onPress={() => press(primary)}
                why="why-not"
                testId="action-primary"
              >
                {confirms || primary.needs_reason || primary.command === "fields" ? `${primary.label}…` : primary.label}
              </Primary>
            )}
            <div className="action-reason">
              <Reason step={step} primary={primary} />
            </div>
          </div>
          <div className="action-others">
            {/* In trouble their long names have a row of their own, below the main button and Stop. */}
            {trouble && out.length > 0 ? <div className="action-ways">{out.map(way)}</div> : out.map(way)}
            {folds && (
              <Menu
                label={trouble ? "Other ways" : "More of what you can do"}
                groups={[{ id: "more", entries }]}
                className={`button w-${quiet}${trouble ? " ways" : ""}`}
                testId="action-more"
              >
                {trouble ? "Other ways…" : "More…"}
              </Menu>
            )}
            <RunButtons onAsk={setAsk} weight={quiet} hold={!folds} />
          </div>
        </div>
      </div>
    </Dock>
  );
}
