import type { Plugin } from "vite";

/** Files of which nothing may be part of the program. */
const TESTS = "/src/test/";

/** The operator of the made-up world: whatever it gets into says so. */
const OPERATOR = "m.example";

/** Fails a build in which something of the tests, such as their made-up world, is part of the program. */
export function nothingMadeUp(): Plugin {
  return {
    name: "switchback:nothing-made-up",
    apply: "build",
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        const files = part.type === "chunk" ? Object.keys(part.modules) : part.originalFileNames;
        const file = files.find((name) => name.replaceAll("\\", "/").includes(TESTS));
        if (file !== undefined) this.error(`${part.fileName} holds ${file}, which is for tests alone`);
        const text = part.type === "chunk" ? part.code : String(part.source);
        if (text.includes(OPERATOR)) this.error(`${part.fileName} holds “${OPERATOR}”, who is made up for tests`);
      }
    },
  };
}
