// Times and durations in the words of the NHS service manual: "5:30pm BST (16:30 UTC)".
const ZONE = "Europe/London";

// Each is made when it is needed first: reading the zone and the language takes longer than drawing a screen of text.
let clock: Intl.DateTimeFormat | undefined;
let day: Intl.DateTimeFormat | undefined;

type Local = { readonly time: string; readonly zone: string };

/** The wall's time where the users are, and how the zone is called then. */
function wall(at: Date): Local {
  clock ??= new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "numeric", minute: "2-digit", hour12: true, timeZoneName: "short" });
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const half = (parts["dayPeriod"] ?? "").toLowerCase().replace(/[^a-z]/g, "");
  // 12 o'clock is "12", also in engines that say "0:05 pm".
  const hour = (parts["hour"] ?? "").replace(/^0+(?=\d)/, "");
  return { time: `${hour === "0" ? "12" : hour}:${parts["minute"] ?? ""}${half}`, zone: parts["timeZoneName"] ?? "" };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** "5:30pm": local wall time, for rows where the zone is said elsewhere. */
export function shortTime(at: string | number): string {
  return wall(new Date(at)).time;
}

/** "5:30pm BST (16:30 UTC)". */
export function fullTime(at: string | number): string {
  const date = new Date(at);
  const { time, zone } = wall(date);
  return `${time} ${zone} (${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC)`;
}

/** "6 August 2018". */
export function date(at: string | number): string {
  day ??= new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "numeric", month: "long", year: "numeric" });
  return day.format(new Date(at));
}

/** Half a day, in milliseconds: so far ahead a time of the day alone would be taken for the next such. */
const HALF_A_DAY = 43_200_000;

/** "5:30pm", or "5:30pm on 6 August 2018" where that is half a day or more from now. */
export const dayTime = (at: number, now: number): string => (Math.abs(at - now) < HALF_A_DAY ? shortTime(at) : `${shortTime(at)} on ${date(at)}`);

const HALF_A_YEAR = 183 * 86_400_000;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

let numbers: Intl.DateTimeFormat | undefined;

/** The wall's date and time where the users are, as a number to compare with another such. */
function wallNumber(at: number): { year: number; at: number } {
  numbers ??= new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  });
  const part = Object.fromEntries(numbers.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]));
  const year = part["year"] ?? 0;
  return { year, at: Date.UTC(year, (part["month"] ?? 1) - 1, part["day"] ?? 1, part["hour"] ?? 0, part["minute"] ?? 0) };
}

/** Where the day and the time in words such as "11:58pm on 30 November 2026" stand to now, by the wall's clock; null = they name no such day or time. */
export function spokenTime(words: string, now: number): "past" | "future" | null {
  const time = /(?:^|\D)(\d{1,2})[:.](\d{2})(?!\d)\s*([ap]m)?/i.exec(words);
  const day = /(?:^|\D)(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3})[a-z]*\.?(?:,?\s+(\d{4}))?/i.exec(words);
  const month = MONTHS.indexOf(day?.[2]?.toLowerCase() ?? "");
  if (time === null || day === null || month < 0) return null;
  const wall = wallNumber(now);
  const half = time[3]?.toLowerCase();
  const hour = half === undefined ? Number(time[1]) : (Number(time[1]) % 12) + (half === "pm" ? 12 : 0);
  const year = day[3] === undefined ? wall.year : Number(day[3]);
  const at = Date.UTC(year, month, Number(day[1]), hour, Number(time[2]));
  if (new Date(at).getUTCDate() !== Number(day[1])) return null;
  // Of a day without a year the last one is meant: in January that may be of the year before.
  return at > wall.at && (day[3] !== undefined || at - wall.at < HALF_A_YEAR) ? "future" : "past";
}

/** "3 min 12 s", "1 h 5 min": at most two units, so that it is read in one glance. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return s % 60 === 0 ? `${m} min` : `${m} min ${s % 60} s`;
  const h = Math.floor(m / 60);
  if (h < 48) return m % 60 === 0 ? `${h} h` : `${h} h ${m % 60} min`;
  return `${Math.floor(h / 24)} days`;
}

/** Whole minutes since a moment: "54 min". */
export const minutesSince = (since: string, now: number): string => duration(Math.floor(Math.max(0, now - Date.parse(since)) / 60_000) * 60);

/** How long a run has taken since the first thing was done in it, as its report says: it stands still once all is done. */
export function elapsedWords({ started_at, ended_at }: { started_at: string | null; ended_at: string | null }, now: number): string {
  return started_at === null ? "not begun" : minutesSince(started_at, ended_at === null ? now : Date.parse(ended_at));
}

/** An age in one unit: "6 s", "2 min", "3 h". */
export function age(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} days`;
}

/** As many seconds as `age` makes of it: the same for as long as the words are the same. */
export function shownAge(seconds: number): number {
  const s = Math.max(0, Math.floor(seconds));
  const unit = s < 60 ? 1 : s < 3600 ? 60 : s < 172_800 ? 3600 : 86_400;
  return s - (s % unit);
}

/** "1 step", "3 steps". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
