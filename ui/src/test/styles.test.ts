// Rules of the style sheets that a page without a layout engine can't show: each once stood wrong in the real window.
import { describe, expect, it } from "vitest";
import bar from "../styles/action-bar.css?raw";
import form from "../styles/form.css?raw";
import live from "../styles/live.css?raw";
import table from "../styles/table.css?raw";

/** What a sheet says of a selector outside its media queries, one declaration each. */
function rule(sheet: string, selector: string): Record<string, string> {
  const bare = sheet.replace(/\/\*[\s\S]*?\*\//g, "");
  const at = bare.split("\n").indexOf(`${selector} {`);
  if (at < 0) return {};
  const body = bare.split("\n").slice(at + 1);
  const lines = body.slice(0, body.indexOf("}")).map((line) => line.trim().replace(/;$/, ""));
  return Object.fromEntries(lines.filter((line) => line.includes(":")).map((line) => line.split(/:\s*/, 2) as [string, string]));
}

describe("the style sheets", () => {
  it("give a state of many words a width of its own: its column has no width to give", () => {
    expect(rule(table, ".checks.readings td:first-child .state.is-long")).toEqual({ "inline-size": "124px", "white-space": "normal" });
  });

  it("give “11:21pm on 30 November 2026” room enough", () => {
    const width = /^1 0 (\d+)px$/.exec(rule(form, ".tell > .tell-when")["flex"] ?? "")?.[1];
    // 27 letters of about 8 px, with the field's own edges.
    expect(Number(width)).toBeGreaterThanOrEqual(27 * 8 + 18);
  });

  it("have room for the three fields of what was told in one row of 704 px", () => {
    const base = (selector: string) => Number(/(\d+)px$/.exec(rule(form, selector)["flex"] ?? "")?.[1]);
    expect(rule(form, ".tell > div")["min-inline-size"]).toBe("0");
    expect(rule(form, ".tell input")["min-inline-size"]).toBe("0");
    expect(base(".tell > .tell-wide") + base(".tell > div") + base(".tell > .tell-when") + 2 * 12).toBeLessThanOrEqual(704);
  });

  it("have the confirm at the right edge, also in a row of its own", () => {
    expect(rule(bar, ".confirm-row > button")["margin-inline-start"]).toBe("auto");
  });

  it("have the main button and Stop in one row in trouble, and the ways back below", () => {
    expect(rule(bar, ".in-trouble > .action-main")).toEqual({ flex: "0 1 auto", "margin-inline-end": "auto" });
    expect(rule(bar, ".in-trouble > .action-others")["display"]).toBe("contents");
    expect(rule(bar, ".action-ways")).toMatchObject({ order: "1", flex: "1 0 100%" });
  });

  it("keep what can't be told to one line", () => {
    expect(rule(live, ".live-row.one-line")["flex-wrap"]).toBe("nowrap");
    expect(rule(live, ".live-row.one-line .live-name")).toMatchObject({ overflow: "hidden", "text-overflow": "ellipsis", "white-space": "nowrap" });
  });
});
