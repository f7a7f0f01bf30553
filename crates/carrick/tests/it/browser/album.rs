//! Pages in light and dark, narrow and wide: nothing is wider than the window, no rule of
//! accessibility is violated, and with `CARRICK_SCREENSHOTS=FOLDER` all of it is there to be looked
//! at.

use std::path::PathBuf;

use super::accessibility::Accessibility;
use super::window::{Scheme, Window};

const FOLDER: &str = "CARRICK_SCREENSHOTS";

const WIDTHS: [u32; 2] = [360, 1280];
const HEIGHT: u32 = 800;
/// A longer page is cut off in its picture.
const HEIGHT_MAX: u32 = 2400;

/// Takes the pictures, and has each page checked.
pub(super) struct Album<'a> {
    pub(super) window: &'a Window,
    accessibility: Accessibility,
    folder: Option<PathBuf>,
}

impl<'a> Album<'a> {
    pub(super) fn new(window: &'a Window) -> Self {
        let folder = std::env::var_os(FOLDER).map(PathBuf::from);
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
        }
        Self {
            window,
            accessibility: Accessibility::new(),
            folder,
        }
    }

    /// The page as it is now, four times.
    pub(super) async fn add(&self, name: &str) {
        for width in WIDTHS {
            for scheme in [Scheme::Light, Scheme::Dark] {
                self.window.look(scheme, width, HEIGHT).await;
                let needed = self
                    .window
                    .measure("document.documentElement.scrollWidth")
                    .await;
                assert!(needed <= width, "{name} needs {needed} px at {width} px");
                let height = self
                    .window
                    .measure("document.documentElement.scrollHeight")
                    .await;
                self.window
                    .look(scheme, width, height.clamp(HEIGHT, HEIGHT_MAX))
                    .await;
                let name = format!("{name}-{width}-{scheme:?}").to_lowercase();
                if let Some(folder) = &self.folder {
                    let file = folder.join(&name).with_extension("png");
                    self.window.photograph(&file).await;
                }
                self.accessibility.check(self.window, &name).await;
            }
        }
        self.window.look(Scheme::Light, 1280, HEIGHT).await;
    }

    /// The window of somebody with a phone.
    pub(super) async fn narrow(&self) {
        self.window.look(Scheme::Light, WIDTHS[0], HEIGHT).await;
    }

    /// Fails with everything that was found on all pages.
    pub(super) fn assert_accessible(self) {
        self.accessibility.assert_none_violated();
    }
}
