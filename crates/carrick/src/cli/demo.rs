//! `carrick demo`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Port of Carrick; the simulated Salesforce takes the one 10 above, Intercom the one 20 above.
    /// 0 takes three that are free
    #[arg(long, default_value_t = 4000, value_name = "PORT",
          value_parser = clap::value_parser!(u16).range(..=65_515))]
    pub(crate) port: u16,
    /// Folder for everything that the demo keeps
    #[arg(long, default_value = "carrick-demo", value_name = "FOLDER")]
    pub(crate) directory: PathBuf,
    /// Which invented people there are [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many leads on each side [default: 240]
    #[arg(long, value_name = "N")]
    pub(crate) leads: Option<u32>,
    /// How many Salesforce contacts, and Intercom users [default: 160]
    #[arg(long, value_name = "N")]
    pub(crate) contacts: Option<u32>,
    /// How many conversations [default: 40]
    #[arg(long, value_name = "N")]
    pub(crate) conversations: Option<u32>,
    /// Do not open a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
}
