// What each screen shows, what can be done on it, and the same on the command line.
import type { RouteName } from "../state/router";

export type HelpText = { shows: string; todo: string[]; cli: string | null };

export const HELP: Record<RouteName, HelpText> = {
  start: {
    shows: "Where everything begins: a rehearsal in a closed world, a run of a runbook, or a run that is open already.",
    todo: ["Rehearse first: no account, no user and no system is touched.", "Write your name: the journal puts it beside everything that you do."],
    cli: "switchback rehearse --auto",
  },
  runbook: {
    shows: "The runbooks on offer, what is wrong with one, and the targets on which a run of it can be opened.",
    todo: ["Choose a file, or one that is built in.", "Open a run on a target: nothing in the world changes by that."],
    cli: "switchback run new RUNBOOK --target NAME",
  },
  run: {
    shows: "The step in hand, or the go or no-go decision that the run waits for. It follows the run from step to step.",
    todo: ["Read from top to bottom: why, before, change, way back.", "The one blue button starts it; what stands in its way is said beside it."],
    cli: "switchback run show RUN",
  },
  step: {
    shows: "One step in the order of a checklist: why, what to look at, checks before, the exact change, the way back, checks after.",
    todo: ["Mend what does not pass, then check again.", "“Otherwise” at the end: skip, take over what was done by hand, do it again."],
    cli: "switchback step preview RUN STEP",
  },
  confirm: {
    shows: "What is about to change, whom it affects, and how it is undone. What you see is what is applied, or nothing.",
    todo: ["On production, type the target’s name.", "If the world changes meanwhile, look at the new plan first."],
    cli: "switchback step apply RUN STEP",
  },
  fields: {
    shows: "What somebody else changed, field by field: before the step, as the step left it, as it is now.",
    todo: ["Choose for each field whether it stays or is restored.", "One exact call comes of it; it is read again right before."],
    cli: "switchback step resolve RUN STEP --as NAME=keep",
  },
  gate: {
    shows: "What must be so before a phase: checks that were read lately, steps that are settled, decisions, and people by name.",
    todo: ["Read the checks together, name the people, then say go or no-go.", "A gate never holds a rollback back."],
    cli: "switchback gate RUN PHASE --check",
  },
  rollback: {
    shows: "What would be restored, what is lost, how long it takes and in which order, from a fresh look at the world.",
    todo: ["One confirm starts it; what is not proven can be overridden by its name.", "If an item stops: try it again, do it by hand, or give up."],
    cli: "switchback rollback RUN --all",
  },
  live: {
    shows: "Every monitor with its last ten minutes, worst first, and what each name server and resolver answers now.",
    todo: [
      "What fails comes first, then what can’t be told: a reading that is too old is Unknown, and never all right.",
      "The war room shows the same to everybody in the room, with nothing personal.",
    ],
    cli: "switchback watch RUN",
  },
  decisions: {
    shows: "Everything that people decide: deadlines, go or no-go, open questions, and amendments of the plan.",
    todo: ["Decide early: an open question can hold a step or a deadline up.", "A deadline that passes does nothing; it can be moved with a reason."],
    cli: "switchback decide RUN --list",
  },
  amend: {
    shows: "Every difference between the run’s plan and that of a runbook, and what is refused.",
    todo: ["Compare, read each line, write a reason, confirm.", "Steps that begin again lose their approvals and readings."],
    cli: "switchback run amend RUN --runbook FILE --dry-run",
  },
  timeline: {
    shows: "The journal as a story, newest first, and planned time against actual.",
    todo: ["Filter by person, step or kind.", "Nothing in it can be changed: each event is chained to the one before."],
    cli: "switchback journal show RUN",
  },
  users: {
    shows: "Whether a person has an account in each pool of the target, what state it is in, and what to say or do next.",
    todo: [
      "Write a whole e-mail address, a user id, or the beginning of a name.",
      "Values are hidden until you reveal one; each reveal is recorded with your name and reason.",
    ],
    cli: "switchback users find QUERY",
  },
  report: {
    shows: "What the report of this run holds now: the story, planned against actual, and who decided what.",
    todo: ["Export it to a file that can be read, printed and kept.", "What the journal seals, such as personal data, is not in it."],
    cli: "switchback report RUN --html FILE",
  },
  connection: {
    shows: "The way from this computer to AWS: profile, session, names, proxy, who vouches for the server, clock, identity and permissions.",
    todo: [
      "Mend the first row that fails; those below it can’t be told before.",
      "A write is never made to try it out: it says assumed until the run has made one.",
    ],
    cli: "switchback connection --run RUN",
  },
  rehearsal: {
    shows: "Drills for the team, the closed world’s parts, what they serve now, and every switch that makes something go wrong.",
    todo: [
      "Begin a drill at the step that it names, and compare with what it looks like when it goes well.",
      "Every fault can be switched on by itself, here and from the command line.",
    ],
    cli: "switchback rehearse --auto --fault site-down",
  },
  "war-room": {
    shows: "The two answers, the step in hand, the clocks and the monitors, large enough for a room.",
    todo: ["Nothing can be pressed here, and nothing personal is shown."],
    cli: null,
  },
};

export const KEYS: [string, string][] = [
  ["Ctrl or Cmd + K", "go to a screen or step, or do something safe"],
  ["Arrow keys", "move along the rail; Enter opens"],
  ["Tab", "the next control"],
  ["Escape", "close a form, this help or the palette"],
  ["Ctrl or Cmd and + − 0", "larger, smaller, usual size"],
  ["F1", "this help"],
];

/** The support window has the one screen. */
export const SUPPORT_HELP: HelpText = {
  shows: "Whether a person has an account in each pool, what state it is in, and what to say or do next. Nothing here changes anything.",
  todo: [
    "Write a whole e-mail address, a user id, or the beginning of a name.",
    "Values are hidden until you reveal one; each reveal is recorded with your name and reason.",
    "Details name the second factors. AWS counts that person as active this month, so ask only when it helps.",
    "Clear the page before the next call.",
  ],
  cli: "switchback users find -",
};

export const SUPPORT_KEYS: [string, string][] = [
  ["Enter", "look up what is written"],
  ["Tab", "the next control"],
  ["Escape", "clear the page, or close a form or this help"],
  ["Ctrl or Cmd and + − 0", "larger, smaller, usual size"],
  ["F1", "this help"],
];
