//! What the window asks of the desktop: the dialog that chooses a file, the system's browser, its zoom.

use switchback_api::wire::ApiError;
use tauri::WebviewWindow;
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;
use tokio::sync::oneshot;

/// Where a link may lead: the AWS console, in every partition that has regions of its own.
const CONSOLES: [&str; 3] = [
    "console.aws.amazon.com",
    "console.amazonaws-us-gov.com",
    "console.amazonaws.cn",
];

/// Shows the system's dialog for a runbook file; none = the person closed it.
#[tauri::command]
pub(crate) async fn choose_runbook(window: WebviewWindow) -> Result<Option<String>, ApiError> {
    let (tell, told) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(&window)
        .set_title("Open a runbook")
        .add_filter("Runbook (TOML)", &["toml"])
        .pick_file(move |file| {
            // Nobody waits any more if the page was loaded again.
            let _ = tell.send(file);
        });
    let chosen = told.await.ok().flatten();
    let Some(file) = chosen else { return Ok(None) };
    let path = file.into_path().map_err(|_| {
        ApiError::new(
            "bad_input",
            "That is not a file on this machine.",
            "Choose a runbook.toml on a disk of this machine.",
            "the file dialog",
        )
    })?;
    Ok(Some(path.display().to_string()))
}

/// Opens a page of the AWS console in the system's browser; nothing else can be opened.
#[tauri::command]
pub(crate) async fn open_link(window: WebviewWindow, url: String) -> Result<(), ApiError> {
    if !is_console(&url) {
        return Err(ApiError::new(
            "guard",
            "This link does not lead to the AWS console, so it was not opened.",
            "Copy the address instead if you trust it.",
            "open_link",
        ));
    }
    window.opener().open_url(url, None::<&str>).map_err(|error| {
        ApiError::new(
            "internal",
            format!("The browser could not be started: {error}."),
            "Copy the address instead.",
            "open_link",
        )
    })
}

/// Sets the size of everything in the window, in percent, as a browser's zoom does.
#[tauri::command]
pub(crate) async fn set_zoom(window: WebviewWindow, percent: u32) -> Result<(), ApiError> {
    let factor = f64::from(percent.clamp(50, 400)) / 100.0;
    window.set_zoom(factor).map_err(|error| {
        ApiError::new(
            "internal",
            format!("The window could not be zoomed: {error}."),
            "Use the system's own text size.",
            "set_zoom",
        )
    })
}

/// Whether an address is the AWS console over TLS, without a port, a user or a look-alike host.
fn is_console(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = host
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'));
    let printable = url.chars().all(|c| c.is_ascii_graphic());
    plain
        && printable
        && CONSOLES.iter().any(|console| {
            host == *console
                || host
                    .strip_suffix(console)
                    .is_some_and(|front| front.ends_with('.') && front.len() > 1)
        })
}

#[cfg(test)]
mod tests {
    use super::is_console;

    #[test]
    fn only_the_console_is_opened() {
        for good in [
            "https://console.aws.amazon.com/route53/v2/hostedzones#ListRecordSets/Z0FAKE",
            "https://eu-west-2.console.aws.amazon.com/cognito/v2/idp/user-pools?region=eu-west-2",
        ] {
            assert!(is_console(good), "{good}");
        }
        for bad in [
            "http://console.aws.amazon.com/",
            "https://console.aws.amazon.com.example.nhs.test/",
            "https://evilconsole.aws.amazon.com/",
            "https://example.nhs.test/console.aws.amazon.com",
            "https://user@console.aws.amazon.com/",
            "https://console.aws.amazon.com:8443/",
            "https://.console.aws.amazon.com/",
            "https://console.aws.amazon.com/\u{202e}x",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!is_console(bad), "{bad}");
        }
    }
}
