// The console's page counts its frames in the same way (ui/src/main.tsx).
requestAnimationFrame(() => requestAnimationFrame(() => window.__TAURI_INTERNALS__.invoke("ui_ready")));
