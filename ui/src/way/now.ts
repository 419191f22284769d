// The way of a request as it may be believed at this moment: what is too old tells nothing any more.
import { duration } from "../format/time";
import type { RequestWay, WayServer, WayShare, WaySite } from "../ipc";
import { type Fresh, freshen } from "../state/readings";

export type SiteNow = Omit<WaySite, "health"> & { health: { of: WaySite["health"][number]["of"]; words: string; reading: Fresh }[] };
export type WayNow = Omit<RequestWay, "sites"> & { sites: SiteNow[]; stale: boolean; age: number | null };

const doubted = (share: WayShare): WayShare => ({ asked: share.asked, old: 0, new: 0, both: 0, neither: 0, unknown: share.asked });

export function wayNow(way: RequestWay, now: number): WayNow {
  const age = way.observed_at === null ? null : Math.max(0, (now - Date.parse(way.observed_at)) / 1000);
  const stale = age !== null && age > way.believable_s;
  const sites = way.sites.map((s) => ({ ...s, health: s.health.map((h) => ({ ...h, reading: freshen(h.reading, now) })) }));
  if (!stale)
    return {
      ...way,
      sites,
      stale,
      age,
      servers: way.servers.map((s) => ({
        ...s,
        ttl_s: s.ttl_s === null || s.place === "name_server" ? s.ttl_s : Math.max(0, Math.ceil(s.ttl_s - (age ?? 0))),
      })),
    };
  return {
    ...way,
    sites,
    stale,
    age,
    sentence: way.once_stale,
    servers: way.servers.map((s) => ({ ...s, gives: "unknown", ttl_s: null })),
    resolvers: doubted(way.resolvers),
    name_servers: doubted(way.name_servers),
  };
}

const GIVES: Record<WayServer["gives"], string> = { new: "new", old: "old", both: "both", neither: "neither", unknown: "can’t tell" };

/** "new, 51 s left": of a resolver how long it keeps its answer. */
export function givesWords({ gives, place, ttl_s }: WayServer): string {
  if (place === "name_server" || ttl_s === null || gives === "unknown") return GIVES[gives];
  return `${GIVES[gives]}, ${ttl_s === 0 ? "asks anew" : `${duration(ttl_s)} left`}`;
}

/** "switching since 43 s". */
export function stateWords(way: WayNow, now: number): string {
  const since = way.since === null ? "" : ` since ${duration((now - Date.parse(way.since)) / 1000)}`;
  return { before: "not switched", switching: `switching${since}`, after: "switched", switching_back: `going back${since}` }[way.state];
}

/** A site fails where a reading that may be believed says so; it is well where one passes. */
export function siteKind(site: SiteNow): "fail" | "pass" | "unknown" {
  const tones = site.health.map((h) => h.reading.tone);
  if (tones.includes("failing")) return "fail";
  const answer = site.health.find((h) => h.of === "answer");
  return answer?.reading.tone === "passing" ? "pass" : "unknown";
}

/** A line about a site; `fails` = it is what makes the site red. */
export type SiteLine = { words: string; fails: boolean };

/** What is known of a site, a line each. */
export function siteLines(site: SiteNow): SiteLine[] {
  const said = (words: string): SiteLine => ({ words, fails: false });
  const lines = site.health.map(({ of, words, reading }) => {
    const build = of === "answer" && site.build !== null ? `build ${site.build}` : null;
    if (reading.age === null) return said(of === "answer" ? "not asked yet" : "certificate not read yet");
    if (reading.tone === "failing") return { words, fails: true };
    if (reading.tone === "unknown") return said(`can’t tell${build === null ? "" : `, last ${build}`}`);
    return said(build === null || words.includes(build) ? words : `${build}, ${words}`);
  });
  if (site.health.length === 0) lines.push(said("no check asks it"));
  return [...lines, ...site.guards.map((g) => said(`guarded: ${g}`))];
}

/** Servers that say nothing, by their names. */
export const silent = (way: WayNow): string[] => way.servers.filter((s) => s.gives === "unknown").map((s) => s.name);

/** All is over and well: nothing of it needs eyes. One server that says nothing does not change that where others of its kind answer. */
export function isSettled(way: WayNow): boolean {
  const side = way.state === "after" ? "new" : "old";
  const all = (place: WayServer["place"]) => {
    const gives = way.servers.filter((s) => s.place === place).map((s) => s.gives);
    return gives.length === 0 || (gives.includes(side) && gives.every((g) => g === side || g === "unknown"));
  };
  const site = way.sites.find((s) => s.side === (way.state === "after" ? "new" : "old"));
  return (
    (way.state === "after" || way.state === "before") &&
    way.servers.length > 0 &&
    all("resolver") &&
    all("name_server") &&
    site !== undefined &&
    siteKind(site) !== "fail"
  );
}
