//! One file per command.

mod connect;
mod demo;
mod serve;
mod settings;
mod sim;
mod sync;
mod timeline;

use std::future::Future;

use tokio::runtime::Builder;

use crate::cli::{Cli, Command};
use crate::config::{self, Configured, Environment};
use crate::failure::{Failure, OrFail};
use crate::output;

/// Does what was typed.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let configured = || -> Result<Configured, Failure> {
        let environment = Environment::of_process();
        for variable in environment.misspelt() {
            output::aside(format_args!(
                "warning: {variable} is no setting of Carrick and changes nothing"
            ));
        }
        config::load(cli.config.as_deref(), &environment)
    };
    match cli.command {
        Command::Demo(arguments) => block_on(demo::run(arguments)),
        Command::Serve(arguments) if arguments.print_sample_config => {
            output::lines(&config::sample())
        }
        Command::Serve(arguments) => block_on(serve::run(configured()?, arguments)),
        Command::Connect(arguments) => block_on(connect::run(configured()?, *arguments)),
        Command::Sync(arguments) => block_on(sync::run(configured()?.config, arguments)),
        Command::Timeline(arguments) => block_on(timeline::run(configured()?.config, arguments)),
        Command::Settings(settings) => block_on(settings::run(configured()?.config, settings)),
        Command::Sim(sim) => block_on(sim::run(*sim)),
    }
}

fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .or_fail(|| "the program's threads cannot be started".to_owned())?;
    let outcome = runtime.block_on(command);
    // Whatever still runs was cut off on purpose; waiting for it would undo that.
    runtime.shutdown_background();
    outcome
}
