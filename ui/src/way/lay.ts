// Where everything of the picture stands. No drawing here, and no words but those that must be cut to fit.
import type { WayServer, WayShare } from "../ipc";
import { type SiteLine, type SiteNow, type WayNow, givesWords, siteLines } from "./now";

export type Point = { x: number; y: number };
export type Spot = Point & { server: WayServer; name: string };
export type Box = Point & { width: number; height: number; site: SiteNow; lines: SiteLine[] };
/** From the servers that give a side to its site; `width` is the share that it carries. */
export type Flow = { side: "old" | "new"; from: Point; to: Point; width: number; words: string; at: Point };
export type Head = Point & { words: string };
export type Layout = {
  width: number;
  height: number;
  narrow: boolean;
  /** Where users stand; null in the narrow picture, which begins at the resolvers. */
  users: Point | null;
  heads: Head[];
  resolvers: Spot[];
  nameServers: Spot[];
  /** Where the resolvers' ways come together before the name servers; null where one of the two is missing. */
  meet: Point | null;
  /** From where the resolvers' ways lead there: behind the words of each. */
  asks: number;
  flows: Flow[];
  boxes: Box[];
};

const WIDE = 712;
const NARROW = 340;
const TOP = 40;
/** A server with a line below it, and one without. */
const ROW = 46;
const LOW_ROW = 30;
/** A name server of which its name alone says too little. */
const SAID_ROW = 40;
const LINE = 16;
const SITE_HEAD = 30;
const GAP = 18;
/** Where the resolvers' ways come together. */
const MEET = 304;
/** About how wide a letter of 12 px is. Too wide rather than too narrow. */
const LETTER = 6.4;
const THICKEST = 12;

/** Words on lines of so many pixels, at most `most` lines; what does not fit is cut, and said whole in the table. */
export function wrapped(text: string, pixels: number, most = 2): string[] {
  const room = Math.max(4, Math.floor(pixels / LETTER));
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const next = line === "" ? word : `${line} ${word}`;
    if (next.length <= room || line === "") line = next;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  const cut = lines.length > most;
  return lines.slice(0, most).map((l, i) => {
    const last = cut && i === most - 1;
    return l.length > room || (last && l.length + 2 > room) ? `${l.slice(0, room - 1).trimEnd()}…` : last ? `${l} …` : l;
  });
}

/** The names of servers as short as they can be told apart: "ns-1" of "ns-1.example.test". */
export function shortNames(names: readonly string[], letters: number): string[] {
  const first = names.map((n) => n.split(".")[0] ?? n);
  const clear = new Set(first).size === names.length && names.every((n) => !n.includes(" "));
  return (clear ? first : names).map((n) => (n.length <= letters ? n : `${n.slice(0, letters - 1).trimEnd()}…`));
}

/** What is counted: the name servers, and where none is asked the resolvers. */
export const counted = (way: WayNow): WayShare => (way.name_servers.asked > 0 ? way.name_servers : way.resolvers);

function column(servers: readonly WayServer[], x: number, row: number, from: number, room: number, letters: number): Spot[] {
  const names = shortNames(
    servers.map((s) => s.name),
    letters,
  );
  const start = from + Math.max(0, (room - servers.length * row) / 2) + row / 2;
  return servers.map((server, i) => ({ server, name: names[i] ?? server.name, x, y: start + i * row }));
}

/** Where the words beside a server begin, and about how wide their letters are. */
export const BESIDE = 17;
const NAME_LETTER = 7.4;
const SAID_LETTER = 5.6;

/** How far to the right the words beside servers reach. */
export const reachOf = (spots: readonly Spot[]): number =>
  Math.max(0, ...spots.map((s) => s.x + BESIDE + Math.max(s.name.length * NAME_LETTER, saysMore(s.server) ? givesWords(s.server).length * SAID_LETTER : 0)));

const mean = (spots: readonly Spot[]): number => spots.reduce((sum, s) => sum + s.y, 0) / Math.max(1, spots.length);

function boxOf(site: SiteNow, x: number, y: number, width: number): Box {
  const lines = siteLines(site).flatMap(({ words, fails }) => wrapped(words, width - 24).map((line) => ({ words: line, fails })));
  return { site, lines, x, y, width, height: SITE_HEAD + lines.length * LINE + 8 };
}

function flowsOf(
  way: WayNow,
  last: readonly Spot[],
  boxes: readonly Box[],
  from: (spots: readonly Spot[], side: "old" | "new") => Point,
  to: (box: Box) => Point,
  at: (flow: { from: Point; to: Point }, side: "old" | "new") => Point,
): Flow[] {
  const share = counted(way);
  return (["old", "new"] as const).flatMap((side) => {
    const box = boxes.find((b) => b.site.side === side);
    const spots = last.filter((s) => s.server.gives === side);
    if (box === undefined || spots.length === 0 || share.asked === 0) return [];
    const part = share[side] / share.asked;
    const ends = { from: from(spots, side), to: to(box) };
    return [{ side, ...ends, width: Math.max(2, part * THICKEST), words: `${share[side]} of ${share.asked}`, at: at(ends, side) }];
  });
}

/** Whether what a server gives is said below its name as well: of a name server where neither colour nor ring says it. */
export const saysMore = (server: WayServer): boolean => server.place === "resolver" || server.gives === "neither" || server.gives === "both";

const rowOf = (named: readonly WayServer[]): number => (named.some(saysMore) ? SAID_ROW : LOW_ROW);

const of = (way: WayNow, place: WayServer["place"]): WayServer[] => way.servers.filter((s) => s.place === place);

/** The picture side by side, at least `least` high: while it is looked at, what is below it does not move up. */
export function layWide(way: WayNow, least = 0): Layout {
  const resolvers = of(way, "resolver");
  const named = of(way, "name_server");
  const x = 508;
  const measured = way.sites.map((s) => boxOf(s, x, 0, WIDE - x - 1));
  const sitesHigh = measured.reduce((sum, b) => sum + b.height, 0) + GAP * Math.max(0, measured.length - 1);
  const row = rowOf(named);
  const high = Math.max(resolvers.length * ROW, named.length * row, sitesHigh, 104, least - TOP - 8);
  let y = TOP + (high - sitesHigh) / 2;
  const boxes = measured.map((b) => {
    const placed = { ...b, y };
    y += b.height + GAP;
    return placed;
  });
  const left = column(resolvers, 152, ROW, TOP, high, 16);
  const right = column(named, 318, row, TOP, high, 11);
  const last = right.length > 0 ? right : left;
  const middle = TOP + high / 2;
  const start = right.length > 0 ? 406 : 300;
  const flows = flowsOf(
    way,
    last,
    boxes,
    (spots) => ({ x: start, y: mean(spots) }),
    (b) => ({ x: b.x, y: b.y + b.height / 2 }),
    ({ from, to }, side) => ({ x: (from.x + to.x) / 2 + 8, y: side === "old" ? Math.min(from.y, to.y) - 10 : Math.max(from.y, to.y) + 20 }),
  );
  const heads: Head[] = [
    { x: 0, y: 14, words: "Users" },
    { x: 143, y: 14, words: "Resolvers" },
    { x: 309, y: 14, words: "Name servers" },
    { x, y: 14, words: "Sites" },
  ];
  return {
    width: WIDE,
    height: TOP + high + 8,
    narrow: false,
    users: { x: 34, y: middle },
    heads,
    resolvers: left,
    nameServers: right,
    meet: left.length > 0 && right.length > 0 ? { x: MEET, y: mean(right) } : null,
    asks: Math.min(MEET - 6, Math.max(262, reachOf(left) + 4)),
    flows,
    boxes,
  };
}

/** The picture one below the other, at least `least` high. */
export function layNarrow(way: WayNow, least = 0): Layout {
  const resolvers = of(way, "resolver");
  const named = of(way, "name_server");
  const heads: Head[] = [
    { x: 0, y: 14, words: "Resolvers" },
    { x: 180, y: 14, words: "Name servers" },
  ];
  const row = rowOf(named);
  const high = Math.max(resolvers.length * ROW, named.length * row, row);
  const left = column(resolvers, 10, ROW, 24, high, 16);
  const right = column(named, 190, row, 24, high, 14);
  // Where nothing leads to a side there is nothing to draw between.
  const leads = (right.length > 0 ? right : left).some((s) => s.server.gives === "old" || s.server.gives === "new");
  const sitesAt = 24 + high + (leads ? 84 : 40);
  heads.push({ x: 0, y: sitesAt - 10, words: "Sites" });
  const wide = (NARROW - 12) / 2;
  const boxes = way.sites.map((s, i) => boxOf(s, i * (wide + 11) + 0.5, sitesAt, wide));
  const tall = Math.max(0, least - sitesAt - 4, ...boxes.map((b) => b.height));
  const last = right.length > 0 ? right : left;
  const flows = flowsOf(
    way,
    last,
    boxes,
    (_, side) => ({ x: (right.length > 0 ? 230 : 60) + (side === "new" ? 16 : -16), y: 24 + high + 4 }),
    (b) => ({ x: b.x + b.width / 2, y: b.y }),
    // Beside the flow, on the side from which it does not come.
    ({ to }, side) => ({ x: to.x + (side === "old" ? -28 : 44), y: to.y - 12 }),
  );
  return {
    width: NARROW,
    height: sitesAt + tall + 4,
    narrow: true,
    users: null,
    heads,
    resolvers: left,
    nameServers: right,
    meet: null,
    asks: 0,
    flows,
    boxes: boxes.map((b) => ({ ...b, height: tall })),
  };
}

/** A curve that leaves and arrives straight: level in the wide picture, upright in the narrow one. */
export function curve(from: Point, to: Point, upright = false): string {
  const x = (from.x + to.x) / 2;
  const y = (from.y + to.y) / 2;
  return upright ? `M${from.x} ${from.y}C${from.x} ${y} ${to.x} ${y} ${to.x} ${to.y}` : `M${from.x} ${from.y}C${x} ${from.y} ${x} ${to.y} ${to.x} ${to.y}`;
}
