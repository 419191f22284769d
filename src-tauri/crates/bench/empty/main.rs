//! An empty window: what `cargo xtask bench start` measures the console's window against. The same Tauri with
//! the same features, a page with one word, and the console's own moment of being ready: the second frame.

/// The page says so after the second frame, when the first was painted, as the console's page does.
#[tauri::command]
fn ui_ready() {
    eprintln!("ready");
}

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![ui_ready])
        .run(tauri::generate_context!(
            "src-tauri/crates/bench/empty/tauri.conf.json"
        ))
}
