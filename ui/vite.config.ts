import locales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { nothingMadeUp } from "./vite.made-up.ts";

export default defineConfig({
  // The window speaks English alone: words of the component library in other languages stay out.
  plugins: [{ ...locales.vite({ locales: ["en-US"] }), enforce: "pre" }, react(), nothingMadeUp()],
  clearScreen: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // WebKitGTK 2.40, Safari 16 and WebView2 are the oldest engines that the bundles run on.
    target: ["es2022", "safari16"],
    // The window is read from disk: one style sheet and a few scripts are quicker than many.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1500,
    // The policy has no data: for scripts, and module preload needs no polyfill in these engines.
    modulePreload: { polyfill: false },
  },
  server: { host: "127.0.0.1", port: 1420, strictPort: true },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    // No sheet is applied; the one test of their words reads them as they are written.
    css: { include: [/\?raw$/] },
    restoreMocks: true,
    testTimeout: 20_000,
    // One for each core: vitest leaves one to the person before it, and there are two where this runs for everybody.
    maxWorkers: "100%",
  },
});
